"""The history at the start: made, refused where it is newer, and done without where it is broken."""

import shutil
import sqlite3
import stat
from contextlib import closing

import pytest

from loadzone.reports.files import files_of
from loadzone.reports.staged_file import stage_for
from process.data_files import BEFORE
from support.answers import done
from support.data_commands import run
from support.histories import change, damage, history_of, make_history, numbers_in
from support.people import Person
from support.server import Server, data_file
from support.waiting import eventually


def actions(history):
    """Return the actions of the lines in the file, in their order."""
    with closing(sqlite3.connect(f"file:{history}?mode=ro", uri=True)) as connection:
        return [action for (action,) in connection.execute("SELECT action FROM lines ORDER BY id")]


def refused(data):
    """Return what the server says when it does not start."""
    server = Server(data)
    server.launch()
    try:
        status, said = server.ended()
        assert status == 2
        return said
    finally:
        server.end()


def test_it_is_made_at_the_first_start_for_its_owner_alone(start):
    server = start(BEFORE)
    bob = Person(server, "bob@example.com").sign_in()
    done(bob.book("a"))
    history = history_of(server.data)
    eventually(lambda: "booked" in actions(history))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files_of(history) if path.exists()}
    assert modes
    assert set(modes.values()) == {0o600}
    assert server.stop() < 2
    assert run(server.data, "check").code == 0
    assert [path.exists() for path in files_of(history)] == [True, False, False], "it is one file when nobody uses it"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE history_version SET version_num = '9999'",
            "its history is of version 9999, and this LoadZone knows version",
        ),
        ("DROP TABLE history_version", "it is a database of something else; move it away"),
    ],
)
def test_a_newer_one_and_one_of_something_else_stop_the_start(tmp_path, statement, said):
    data = data_file(tmp_path, BEFORE)
    history = make_history(history_of(data), [1])
    change(history, statement)
    before = history.read_bytes()
    told = refused(data)
    assert f"LoadZone cannot start: {history} cannot be used: {said}" in told
    assert history.read_bytes() == before


def test_with_a_broken_one_bookings_go_on_and_a_restored_one_is_caught_up(start):
    server = start(BEFORE)
    bob = Person(server, "bob@example.com").sign_in()
    history = history_of(server.data)
    done(bob.book("a"))
    eventually(lambda: "booked" in actions(history))
    server.stop()
    good = history.read_bytes()
    history.write_bytes(b"something else" * 1000)
    server.start()
    done(bob.cancel("a"))
    server.wait_for_log("the history cannot be written to .*: file is not a database. Bookings go on")
    server.stop()
    assert history.read_bytes() == b"something else" * 1000
    assert run(server.data, "check").code == 1
    (server.data.parent / "good.sqlite").write_bytes(good)
    assert run(server.data, "restore", server.data.parent / "good.sqlite", "--yes").code == 0
    server.start()
    eventually(lambda: "released" in actions(history))


def test_a_replacement_that_was_cut_off_is_finished_by_the_start(tmp_path, start):
    server = start(BEFORE)
    server.stop()
    history = history_of(server.data)
    new = make_history(tmp_path / "new", range(1, 100))
    change(new, "PRAGMA journal_mode = DELETE")
    shutil.copy(new, stage_for(history, server.data.read_bytes()))
    shutil.copy(new, stage_for(history, b"another data file"))
    server.start()
    eventually(lambda: set(range(1, 100)) <= set(numbers_in(history)))
    assert not list(tmp_path.glob("*.for-*"))


def test_a_damaged_one_is_left_to_the_operator(tmp_path):
    data = data_file(tmp_path, BEFORE)
    history = make_history(history_of(data), range(1, 2000))
    damage(history)
    ended = run(data, "restore", history, "--yes")
    assert (ended.code, f"{history} cannot be used" in ended.err) == (1, True)
