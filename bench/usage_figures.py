"""Measure questions about 90 days of usage, of 1,000 machines with two million lines, without HTTP."""

from __future__ import annotations

import heapq
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from clients import median, milliseconds
from sqlalchemy import Connection, func, select
from table import Row

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.reports.engines import sqlite_engine
from loadzone.reports.history_database import HistoryDatabase
from loadzone.reports.usage import tables
from loadzone.reports.usage.asking import UsageQuestions
from loadzone.reports.usage.instants import DAY, as_number
from loadzone.reports.usage.keeper import keep
from loadzone.reports.usage.period import Period

LINES, KEPT_DAYS, ASKED_DAYS = 2_000_000, 400, 90
GROUPS, PEOPLE = 20, 200
AT_ONCE = 5000
ROUNDS = 100
ZONE = "Europe/Berlin"
END = datetime(2026, 12, 1, tzinfo=timezone.utc)


def usage(size: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        database = HistoryDatabase(sqlite_engine(Path(folder) / "history.sqlite"), folder)
        lines = _Acts(size).lines()
        while some := list(islice(lines, AT_ONCE)):
            database.write(lambda connection, some=some: keep(connection, some))
        scan = median(_seconds(lambda: database.read(_scan)) for _ in range(5))
        yield _at_first(size, database, scan)
        yield _again(size, database, scan)
        database.close()


def _at_first(size: int, database: HistoryDatabase, scan: float) -> Row:
    """Measure questions that were not asked before, each by one who has nothing kept."""
    first = max(_seconds(lambda: _ask(UsageQuestions(database))) for _ in range(5))
    figure = f"usage of {ASKED_DAYS} days, {LINES:,} lines: at first (limit: to add up the rows once)"
    return Row(size, figure, milliseconds(scan), milliseconds(first), first / scan, "≤ 1 s", first <= 1)


def _again(size: int, database: HistoryDatabase, scan: float) -> Row:
    questions = UsageQuestions(database)
    _ask(questions)
    again = sorted(_seconds(lambda: _ask(questions)) for _ in range(ROUNDS))[-1]
    return Row(size, "the same once kept", milliseconds(scan), milliseconds(again), None, "≤ 300 ms", again <= 0.3)


def _ask(questions: UsageQuestions) -> None:
    end = as_number(END)
    questions.ask(State(), Period(end - ASKED_DAYS * DAY, end), ZoneInfo(ZONE), ZONE, None)


def _scan(connection: Connection) -> None:
    spans, last = tables.spans.c, as_number(END) // DAY
    query = select(func.sum(spans.ended - spans.began)).where(spans.day.between(last - ASKED_DAYS, last))
    connection.execute(query).scalar()


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@dataclass
class _Acts:
    """Makes lines of machines that people book one after the other, and sometimes wait for."""

    machines: int
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    number: int = 0

    def lines(self) -> Iterator[HistoryLine]:
        """Yield them, in their order."""
        begin = END - timedelta(days=KEPT_DAYS)
        for group in range(1, GROUPS + 1):
            yield self._line(begin, "group_added", group_id=group, group=f"Group {group}")
        for vm in range(1, self.machines + 1):
            yield self._of(vm, begin, "vm_added")
        each = timedelta(days=KEPT_DAYS) * self.machines * 3.1 / LINES  # about three lines a booking
        streams = [self._bookings(vm, begin, each) for vm in range(1, self.machines + 1) if vm % 50]
        for at, vm, action, fields in heapq.merge(*streams, key=lambda act: act[0]):
            yield self._of(vm, at, action, **fields)

    def _bookings(self, vm: int, begin: datetime, each: timedelta) -> Iterator[tuple[datetime, int, str, dict]]:
        at = begin + each * self.chance.random()
        while at < END:
            end = at + each * min(0.9, self.chance.lognormvariate(-1, 0.8))
            who = f"person{int(self.chance.random() ** 2 * PEOPLE)}@example.com"
            about = {"email": who, "booking": at, "until": end}
            yield at, vm, "booked", {**about, "actor": who}
            if self.chance.random() < 0.4:
                waiter = {"email": f"waits-{who}", "booking": at + (end - at) / 3}
                yield waiter["booking"], vm, "queue_joined", {**waiter, "actor": waiter["email"]}
                if self.chance.random() < 0.7:
                    yield end, vm, "held", waiter
                else:
                    yield at + (end - at) / 2, vm, "queue_left", waiter
            yield end, vm, self.chance.choice(["expired", "released", "force_released"]), about
            at = end + each * self.chance.uniform(0.1, 1.1)

    def _of(self, vm: int, at: datetime, action: str, **fields: object) -> HistoryLine:
        group = vm % GROUPS + 1
        return self._line(at, action, vm=vm, vm_id=f"vm-{vm}", group_id=group, group=f"Group {group}", **fields)

    def _line(self, at: datetime, action: str, **fields: object) -> HistoryLine:
        self.number += 1
        return HistoryLine(self.number, 1, at, action, **fields)  # type: ignore[arg-type]
