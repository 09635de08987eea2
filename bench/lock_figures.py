"""Measure how long the lock is held for a batch of sixteen bookings, without HTTP."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clients import median, milliseconds
from table import Row

from loadzone.config import Config
from loadzone.database.postgres_log import PostgresLog, PostgresTurn
from loadzone.domain.batch import Batch, Call
from loadzone.domain.records import State
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import booking, people
from loadzone.rules.finish import finish
from nodes import Nodes
from storage import DurableStore

CALLS = 16
BATCHES = 60
MOST = 0.0015  # seconds
LIMITS = Config(max_machines=10_000)


class TimedLog(PostgresLog):
    """Notes how long each turn is held: from the lock to the end of the transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.held: list[float] = []

    @contextmanager
    def turn(self) -> Iterator[PostgresTurn]:
        with super().turn() as turn:
            begin = time.perf_counter()
            yield turn
            self.held.append(time.perf_counter() - begin)


def lock_held(size: int, nodes: Nodes) -> Row:
    """Measure batches that book sixteen machines, and release them again."""
    log = TimedLog(nodes.url)
    store = DurableStore(log)
    emails = [f"locker{number}@example.com" for number in range(CALLS)]
    gc.collect()
    gc.freeze()  # as the server does (loadzone/server/gevent_server.py)
    gc.set_threshold(10_000)
    try:
        _write(store, [_call(log, people.sign_in, email=email, session=email) for email in emails])
        log.held.clear()
        for _ in range(BATCHES // 2):
            for rule, more in ((booking.book, {"hours": 1}), (booking.cancel, {})):
                names = [f"server-{2 * number:05}" for number in range(CALLS)]
                _write(store, [_call(log, rule, actor=e, vm_id=n, **more) for e, n in zip(emails, names, strict=True)])
    finally:
        store.close()
        gc.unfreeze()
    held = median(log.held)
    figure = f"lock held for a batch of {CALLS}"
    return Row(size, figure, "", milliseconds(held), None, f"≤ {milliseconds(MOST)}", held <= MOST)


def _call(log: PostgresLog, rule: Callable[..., object], **arguments: object) -> Call[None]:
    """Return a call of this rule, as the command bus makes it."""

    def open_unit(state: State) -> UnitOfWork:
        return UnitOfWork(state, log.clock(), LIMITS)

    def work(uow: UnitOfWork) -> None:
        rule(uow, **arguments)
        finish(uow)

    return Call(open_unit, work)


def _write(store: DurableStore, calls: list[Call[None]]) -> None:
    """Write the calls as one batch."""
    batch = Batch(store.snapshot)
    batch.waiting.extend(calls)
    store._write_in_turn(batch)
    for call in calls:
        if batch.error or call.refusal:
            raise RuntimeError("a booking was refused") from batch.error or call.refusal
