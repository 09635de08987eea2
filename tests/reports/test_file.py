"""The file for spreadsheets is read a page at a time, and holds nothing between two pages."""

import tracemalloc
from threading import Event, Thread

import pytest

from loadzone.domain.records import State
from loadzone.reports.history_database import HistoryAway
from loadzone.reports.reader import READERS, HistoryReader
from loadzone.reports.wanted import Wanted
from loadzone.schemas.history import line_view
from loadzone.web import history_csv
from reports.lines import make_lines

ALL = Wanted(with_people=True)


class Kept:
    """A store whose state has no lines that wait."""

    snapshot = State()


@pytest.fixture
def big(make_sqlite):
    history = make_sqlite()
    history.append(make_lines(6_000))
    return history


def pieces_of(history, wanted=ALL):
    reader = HistoryReader(history, Kept())

    def page(before):
        found, _ = reader.lines(wanted, None, before, history_csv.PAGE)
        return [line_view(line) for line in found.lines], found.next

    return history_csv.streamed(("id", "at", "reason", "changed"), page)


def test_the_file_has_each_line_once(big):
    rows = b"".join(pieces_of(big)).decode("utf-8-sig").splitlines()
    assert [row.partition(",")[0] for row in rows] == ['"id"', *(f'"{number}"' for number in range(6_000, 0, -1))]


def test_the_memory_that_it_takes_is_that_of_some_pages(big, monkeypatch):
    monkeypatch.setattr(history_csv, "PAGE", 50)
    pieces = pieces_of(big)
    next(pieces), next(pieces)
    tracemalloc.start()
    try:
        for _ in pieces:
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # a quarter of a megabyte; all lines at once would be seven


def test_between_two_pages_the_log_of_the_database_can_be_emptied(big):
    """A reader in the middle of the file, who is slow or gone, holds up nothing."""
    pieces = pieces_of(big)
    next(pieces), next(pieces)
    big.append(make_lines(1, first=7_000))

    def checkpoint():
        with big.engine.connect() as connection:
            return connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    busy, *_ = checkpoint()
    assert busy == 0
    pieces.close()


def test_slow_searches_leave_room_for_each_other_and_give_up_after_a_while(big):
    reader, go_on, begun = HistoryReader(big, Kept(), patience=0.05), Event(), [Event() for _ in range(READERS)]

    def search_slowly(number):
        def work(connection, state):
            begun[number].set()
            go_on.wait(20)

        reader.read(work)

    threads = [Thread(target=search_slowly, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    assert all(event.wait(20) for event in begun)
    with pytest.raises(HistoryAway):
        reader.lines(ALL, None, None, 5)
    go_on.set()
    for thread in threads:
        thread.join(20)
    page, _ = reader.lines(ALL, None, None, 5)
    assert len(page.lines) == 5
