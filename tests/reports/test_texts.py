"""Texts in the history are found whatever their letters, and without an index too."""

import logging

import psycopg
import pytest
from sqlalchemy import text

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.reports import gin_search, search
from loadzone.reports.engines import postgres_engine
from loadzone.reports.history_database import HistoryDatabase
from loadzone.reports.reader import HistoryReader
from loadzone.reports.wanted import Wanted
from loadzone.reports.words import grams_of, needles_of, words_of
from reports.lines import START, make_lines, pages_of

REASONS = [
    "Нагрузочный тест ЁЛКА",
    "100% of a_b",
    "quotes \" and ' and \\ too",
    "ＦＵＬＬ width Straße",
    "ab",
    "OR AND NOT NEAR(x)",
    "*",
]
# What is typed, and the places of the lines that have it.
FOUND = {
    "нагрузочный": [0],
    "ТЕСТ ёлка": [0],
    "узочн": [0],
    "0%": [1],
    "a_b": [1],
    "axb": [],
    '" and': [2],
    "\\": [2],
    "full": [3],
    "STRASSE": [3],
    "ab": [4],
    "b": [1, 4],
    "NOT NEAR(x)": [5],
    "*": [6],
    "ab cd": [],
    "тестов": [],
}

WITHOUT_INDEX = {
    "postgresql": ("DROP INDEX loadzone.lines_words",),
    "sqlite": (
        "DROP TRIGGER lines_words_added",
        "DROP TRIGGER lines_words_removed",
        "DROP TRIGGER lines_words_changed",
        "DROP TABLE lines_words",
    ),
}


@pytest.fixture
def texts(history):
    lines = [HistoryLine(n, 1, START, "booked", vm=1, vm_id="x", reason=reason) for n, reason in enumerate(REASONS, 1)]
    history.append(lines)
    return history


def reasons(history, typed):
    found = pages_of(history, State(), Wanted(needles=needles_of(typed)), 50)
    return sorted(REASONS.index(line.reason) for line in found)


@pytest.mark.parametrize("windows", [(1,), (100,)], ids=["by the index", "by looking at lines"])
def test_a_text_is_found_as_people_type_it(texts, windows, monkeypatch):
    monkeypatch.setattr(search, "WINDOWS", windows)
    assert {typed: reasons(texts, typed) for typed in FOUND} == FOUND


def test_without_an_index_texts_are_found_all_the_same(texts, monkeypatch):
    monkeypatch.setattr(search, "WINDOWS", (2,))
    drops = WITHOUT_INDEX[texts.engine.dialect.name]
    texts.write(lambda connection: [connection.execute(text(drop)) for drop in drops])
    assert {typed: reasons(texts, typed) for typed in FOUND} == FOUND


def test_a_text_that_takes_the_index_too_long_is_looked_for_in_lines(make_postgres, monkeypatch):
    monkeypatch.setattr(search, "WINDOWS", (5,))
    monkeypatch.setattr(gin_search, "PATIENCE", "'1ms'; SELECT pg_sleep(0.01)")
    history, lines = make_postgres(), make_lines(60)
    history.append(lines)
    wanted = Wanted(needles=("load",), with_people=True)
    assert pages_of(history, State(), wanted, 7) == [line for line in lines[::-1] if wanted.includes(line)]


def test_a_changed_line_is_found_by_its_new_words_alone(history):
    [line] = make_lines(1)
    history.append([line])

    def reword(connection):
        connection.execute(text(f"UPDATE {place}lines SET words = 'a pseudonym'"))

    place = "" if history.engine.dialect.name == "sqlite" else "loadzone."
    history.write(reword)
    whole = Wanted(needles=("pseudonym",), with_people=True)
    assert len(pages_of(history, State(), whole, 5)) == 1
    history.write(lambda connection: connection.execute(text(f"DELETE FROM {place}lines")))
    assert pages_of(history, State(), whole, 5) == []


def test_the_log_says_at_the_start_what_is_missing(make_sqlite, postgres_url, cluster, caplog):
    """A role that may make tables, and no extension."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP EXTENSION IF EXISTS pg_trgm")
        connection.execute("DROP ROLE IF EXISTS plain")
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute("ALTER SCHEMA loadzone OWNER TO plain")
    plain = HistoryDatabase(postgres_engine(lambda: psycopg.connect(postgres_url, user="plain")), "here")
    with caplog.at_level(logging.WARNING):
        plain.append(make_lines(30))
        HistoryReader(plain, None).tell_what_is_missing()
    assert "permission denied" in caplog.messages[0]
    assert "needs the extension pg_trgm" in caplog.messages[1]
    wanted = Wanted(needles=("load",), with_people=True)
    assert len(pages_of(plain, State(), wanted, 5)) > 2
    plain.close()
    caplog.clear()
    HistoryReader(make_sqlite(), None).tell_what_is_missing()
    assert caplog.messages == []


def test_grams_cover_the_whole_text():
    assert grams_of("ab") == ()
    assert grams_of("abc") == ("abc",)
    assert grams_of("abcd") == ("abc", "bcd")
    assert grams_of("kuznetsov") == ("kuz", "net", "sov")


def test_words_have_each_text_once():
    changed = {"tags": [["linux"], ["linux", "SSD"]], "note": [None, "New"]}
    line = HistoryLine(1, 1, START, "vm_edited", actor="ann@x.org", email="ann@x.org", vm_id="VM-1", changed=changed)
    assert words_of(line) == "vm-1\nann@x.org\nlinux\nssd\nnew"
