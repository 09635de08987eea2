"""The line of a removal puts the pseudonym into all lines before it, in either database."""

from datetime import datetime, timedelta, timezone
from functools import partial

import psycopg
import pytest
from sqlalchemy import select, text

from loadzone.domain.history_line import WAS, HistoryLine
from loadzone.reports import pseudonyms
from loadzone.reports.engines import postgres_engine, sqlite_engine
from loadzone.reports.history_database import HistoryDatabase
from loadzone.reports.tables import lines
from loadzone.reports.usage import keeper, tables as usage

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
KIM, NAME = "kim@example.com", "person-7f3a91c2"


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request, tmp_path):
    if request.param == "SQLite":
        engine = sqlite_engine(tmp_path / "history.sqlite")
    else:
        address = request.getfixturevalue("cluster").make_database()
        with psycopg.connect(address) as connection:
            connection.execute("CREATE SCHEMA loadzone")
        engine = postgres_engine(partial(psycopg.connect, address))
    database = HistoryDatabase(engine, "the database", (pseudonyms.keep, keeper.keep))
    yield database
    database.close()


def line(number, **fields):
    return HistoryLine(
        **{"id": number, "epoch": 1, "at": NOON + timedelta(seconds=number), "action": "booked", **fields}
    )


def removal(number, **more):
    return line(number, action="user_removed", actor="alice@example.com", email=NAME, rest={WAS: KIM}, **more)


def rows(database):
    return database.read(lambda connection: connection.execute(select(lines).order_by(lines.c.id)).all())


BEFORE = [
    line(1, actor=KIM, email=KIM, via="token:kim"),
    line(2, actor="alice@example.com", email=KIM, reason="Kim is on holiday"),
    line(3, actor="lee@example.com", email="lee@example.com", changed={"note": ["for KIM", "see kim@example.com"]}),
    line(4, actor="kimberly@example.com", email="tim.kim@example.com", vm_id="kim-laptop", reason="Kimchi, 100% x_y"),
]


def test_all_lines_before_it_have_the_pseudonym_and_none_after_it(database):
    database.append(BEFORE[:2])
    database.append([*BEFORE[2:], removal(5), line(6, actor=KIM, email=KIM, reason="kim is back")])
    found = rows(database)
    assert [(row.actor, row.email) for row in found] == [
        (NAME, NAME),
        ("alice@example.com", NAME),
        ("lee@example.com", "lee@example.com"),
        ("kimberly@example.com", "tim.kim@example.com"),
        ("alice@example.com", NAME),
        (KIM, KIM),
    ]
    assert found[0].via == f"token:{NAME}"
    assert [row.reason for row in found] == ["", f"{NAME} is on holiday", "", "Kimchi, 100% x_y", "", "kim is back"]
    assert found[2].changed == {"note": [f"for {NAME}", f"see {NAME}"]}
    assert [row.number for row in found] == [row.id for row in found] == [1, 2, 3, 4, 5, 6]


def test_it_happens_with_the_line_or_not_at_all(database, monkeypatch):
    database.append(BEFORE)
    with monkeypatch.context() as patch:
        patch.setattr(pseudonyms, "_put", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError, match="killed"):
            database.append([removal(5)])
    assert rows(database)[0].actor == KIM
    assert len(rows(database)) == 4
    database.append([removal(5)])
    database.append([removal(5)])
    assert rows(database)[0].actor == NAME
    assert len(rows(database)) == 5


def test_many_lines_are_looked_through_in_parts(database, monkeypatch):
    monkeypatch.setattr(pseudonyms, "AT_ONCE", 7)
    database.append([line(10 + n, actor=KIM) for n in range(50)])
    database.append([removal(60)])
    assert {row.actor for row in rows(database)[:-1]} == {NAME}


def test_in_a_database_that_knows_nothing_else_it_is_a_line_like_others(database):
    database.append([removal(1)])
    [row] = rows(database)
    assert (row.email, row.changed) == (NAME, {})
    assert database.read(lambda connection: connection.execute(text("SELECT 1")).scalar()) == 1


def people_in(database):
    return database.read(
        lambda connection: connection.execute(select(usage.people.c.email, usage.people.c.token)).all()
    )


def test_the_figures_of_usage_have_it_and_who_came_again_is_one_person(database):
    for number in (0, 10):
        began = NOON + timedelta(seconds=number)
        more = {"vm": 7, "vm_id": "vm", "booking": began}
        database.append([line(number + 1, at=began, actor=KIM, email=KIM, via="token:kim", **more)])
        database.append([line(number + 2, action="released", actor=KIM, email=KIM, **more), removal(number + 3)])
    assert people_in(database) == [(NAME, NAME)]
    persons = database.read(lambda connection: connection.execute(select(usage.bookings.c.person)).scalars().all())
    assert len(persons) == 2
    assert len(set(persons)) == 1
