"""Measure pages of a history of two million lines, in SQLite and in PostgreSQL, without HTTP."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path

import psycopg
from clients import median, milliseconds
from sqlalchemy import select
from table import Row

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.reports.engines import postgres_engine, sqlite_engine
from loadzone.reports.history_database import HistoryDatabase
from loadzone.reports.reader import HistoryReader
from loadzone.reports.tables import lines
from loadzone.reports.wanted import Wanted
from loadzone.reports.words import needles_of
from nodes import clusters

LINES, KEPT_DAYS = 2_000_000, 400
GROUPS, PEOPLE, PAGE = 20, 500, 50
AT_ONCE = 5_000
ROUNDS = 200
BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
KINDS = ("booked", "renewed", "released", "expired", "note_changed", "held", "auto_booked", "force_released")
WEIGHTS = (30, 15, 25, 15, 5, 4, 5, 1)
NOTES = ("load test", "release", "нагрузочный тест", "regression", "демо для заказчика", "nightly", "debug")
TEXTS = (
    "load test",
    "person17@",
    "нагрузочный 7",
    "vm-71",
    "release 4711",
    "token:ci-33",
    "nobody at all",
    "тест debug",
)

Ask = Callable[[random.Random], Wanted]


class Kept:
    """A store whose state has no lines that wait."""

    snapshot = State()


def finding(size: int) -> Iterator[Row]:
    """Yield the rows of both databases."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _of(size, "SQLite", HistoryDatabase(sqlite_engine(Path(folder) / "history.sqlite"), folder))
    with clusters() as cluster:
        url = cluster.make_database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA loadzone")
        yield from _of(size, "PostgreSQL", HistoryDatabase(postgres_engine(lambda: psycopg.connect(url)), url))


def _of(size: int, name: str, database: HistoryDatabase) -> Iterator[Row]:
    made = _lines(size)
    while some := list(islice(made, AT_ONCE)):
        database.append(some)
    if name == "PostgreSQL":
        database.write(lambda connection: connection.exec_driver_sql("ANALYZE loadzone.lines"))
    limit = median(_seconds(lambda: database.read(_newest)) for _ in range(ROUNDS))
    for figure, ask, goal in _questions(size):
        worst = _p99(database, ask)
        told = f"{name}, {LINES:,} lines: {figure}, p99 (limit: the newest {PAGE} lines)"
        reached = worst <= goal / 1000
        yield Row(size, told, milliseconds(limit), milliseconds(worst), None, f"≤ {goal} ms", reached)
    database.close()


def _questions(size: int) -> Iterator[tuple[str, Ask, int]]:
    """Yield what is asked, and in how many milliseconds it is to be answered."""

    def one(chance: random.Random) -> Wanted:
        filters = (
            {"vms": (chance.randint(1, size),)},
            {"group_id": chance.randint(1, GROUPS)},
            {"person": _person(chance)},
            {"actions": (chance.choice(KINDS),)},
        )
        return Wanted(**chance.choice(filters), **chance.choice([{}, _time(chance)]))  # type: ignore[arg-type]

    def text(chance: random.Random) -> Wanted:
        return Wanted(needles=needles_of(chance.choice(TEXTS)))

    def several(chance: random.Random) -> Wanted:
        more = {"person": _person(chance), "group_id": chance.randint(1, GROUPS), "needles": ("ab",), **_time(chance)}
        kept = chance.sample(sorted(more), 2)
        return Wanted(actions=("force_released", "held"), **{name: more[name] for name in kept})  # type: ignore[arg-type]

    yield "a page by machine, group, person or kind, with time", one, 50
    yield "a page by a text", text, 200
    yield "a page by several filters", several, 200


def _time(chance: random.Random) -> dict[str, datetime]:
    since = BEGIN + timedelta(days=chance.uniform(0, KEPT_DAYS))
    return {"since": since, "until": since + timedelta(days=chance.choice([1, 7, 30]))}


def _p99(database: HistoryDatabase, ask: Ask) -> float:
    chance, reader = random.Random(3), HistoryReader(database, Kept())  # type: ignore[arg-type]

    def page() -> None:
        before = chance.choice([None, chance.randint(1, LINES)])
        reader.lines(ask(chance), None, before, PAGE)

    page()
    took = sorted(_seconds(page) for _ in range(ROUNDS))
    return took[int(0.99 * ROUNDS)]


def _newest(connection: object) -> None:
    connection.execute(select(lines).order_by(lines.c.id.desc()).limit(PAGE)).all()  # type: ignore[attr-defined]


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _lines(size: int) -> Iterator[HistoryLine]:
    chance, each = random.Random(5), timedelta(days=KEPT_DAYS) / LINES
    for number in range(1, LINES + 1):
        at, vm, who = BEGIN + each * number, chance.randint(1, size), _person(chance)
        group = vm % GROUPS + 1
        yield HistoryLine(
            number,
            1,
            at,
            chance.choices(KINDS, WEIGHTS)[0],
            actor=who,
            via=chance.choice(["", "", "", f"token:ci-{chance.randint(1, 50)}"]),
            vm=vm,
            vm_id=f"vm-{vm}",
            group_id=group,
            group=f"Group {group}",
            email=who if chance.random() < 0.9 else _person(chance),
            booking=at,
            until=at + timedelta(hours=1),
            hours=1.0,
            reason=f"{chance.choice(NOTES)} {chance.randint(1, 99_999)}" if chance.random() < 0.5 else "",
        )


def _person(chance: random.Random) -> str:
    return f"person{chance.randint(1, PEOPLE)}@example.com"
