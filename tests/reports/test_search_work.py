"""What a search costs does not grow with the history: it reads by an index, and looks at so many lines at most."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from loadzone.domain.records import State
from loadzone.reports import search
from loadzone.reports.finding import Lines
from loadzone.reports.wanted import Wanted
from reports.lines import PEOPLE, START, make_lines

# What is asked for, and the index that it is found by.
BY_INDEX = {
    "a machine": (Wanted(vms=(1,)), "lines_vm"),
    "a group": (Wanted(group_id=5), "lines_group_id"),
    "a person": (Wanted(person=PEOPLE[0], with_people=True), "lines_email"),
    "what a person did": (Wanted(person=PEOPLE[0], with_people=True), "lines_actor"),
    "a kind": (Wanted(actions=("booked",)), "lines_action"),
    "a machine and a kind": (Wanted(vms=(2,), actions=("booked",)), "lines_vm"),
    "a person in a group": (Wanted(person=PEOPLE[0], group_id=5), "lines_email"),
    "a kind in a group": (Wanted(group_id=5, actions=("booked", "renewed")), "lines_group_id"),
}
ANYTHING = {
    **{name: wanted for name, (wanted, _) in BY_INDEX.items()},
    "all": Wanted(with_people=True),
    "what members see": Wanted(),
    "a time": Wanted(since=START, until=START + timedelta(hours=20)),
    "many kinds": Wanted(actions=tuple("abcdefghi")),
    "a text": Wanted(needles=("load", "test")),
    "a short text": Wanted(needles=("a_",)),
    "a text that no line has": Wanted(needles=("тест", "load")),
    "a text of a kind": Wanted(needles=("kim@",), actions=("booked",)),
    "nothing": Wanted(person="nobody@example.com", group_id=77),
}


def questions_of(history, wanted):
    """Return the statements that a page asks, with their values."""
    asked = []
    history.read(lambda connection: None)  # which looks for the tables, once

    def note(connection, cursor, statement, values, context, is_many):
        asked.append((statement, values))

    event.listen(history.engine, "before_cursor_execute", note)
    history.read(lambda connection: Lines(connection, State()).page(wanted, None, 20))
    event.remove(history.engine, "before_cursor_execute", note)
    return [(statement, values) for statement, values in asked if statement.startswith("SELECT")]


@pytest.mark.parametrize("name", BY_INDEX)
def test_sqlite_reads_lines_by_the_index_that_is_meant(make_sqlite, name):
    history = make_sqlite()
    history.append(make_lines(40))
    plans = []
    for statement, values in questions_of(history, BY_INDEX[name][0]):
        rows = history.read(
            lambda connection: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # noqa: B023
        )
        plans += [row[-1] for row in rows]
    assert [plan for plan in plans if f"INDEX {BY_INDEX[name][1]} " in plan], plans
    assert not [plan for plan in plans if "SCAN" in plan or "TEMP" in plan], plans


@pytest.mark.parametrize("name", BY_INDEX)
def test_postgresql_reads_lines_by_the_index_that_is_meant(make_postgres, name):
    history = make_postgres()
    history.append(make_lines(40))

    def plan_of(connection, statement, values):
        connection.exec_driver_sql(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]

    plans = []
    for statement, values in questions_of(history, BY_INDEX[name][0]):
        plans += history.read(lambda connection: plan_of(connection, statement, values))  # noqa: B023
    assert [line for line in plans if f"using {BY_INDEX[name][1]} on" in line], "\n".join(plans)
    reading = [line for line in plans if "Scan" in line and "using lines_pkey" in line and "Backward" in line]
    assert len(reading) <= 1, plans  # the greatest id


def steps_of(history, wanted):
    """Return how many steps SQLite's machine takes for a page."""
    steps = []

    def page(connection):
        connection.connection.driver_connection.set_progress_handler(lambda: steps.append(1), 10)
        return Lines(connection, State()).page(wanted, None, 20)

    history.read(lambda connection: None)
    history.read(page)
    return 10 * len(steps)


@pytest.fixture(scope="module")
def sizes(tmp_path_factory):
    """Return histories with a thousand and with twenty thousand lines."""
    from loadzone.reports.engines import sqlite_engine
    from loadzone.reports.history_database import HistoryDatabase

    folder, made = tmp_path_factory.mktemp("sizes"), []
    for count in (1_000, 20_000):
        made.append(HistoryDatabase(sqlite_engine(folder / f"{count}.sqlite"), str(count)))
        made[-1].append(make_lines(count))
    yield made
    for history in made:
        history.close()


@pytest.mark.parametrize("name", ANYTHING)
def test_the_work_for_a_page_does_not_grow_with_the_history(sizes, name, monkeypatch):
    monkeypatch.setattr(search, "WINDOWS", (40, 160))
    few, many = (steps_of(history, ANYTHING[name]) for history in sizes)
    assert many <= 1.3 * few + 1_000
    assert many < 200 * 100  # of 200 lines that are looked at
