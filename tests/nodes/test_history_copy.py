"""`data copy`, `check` and `restore` carry the history between a file and a database, in one transaction."""

import json

import psycopg
import pytest

from nodes.refused import launched
from support.data_commands import run
from support.histories import change, history_of, make_history, numbers_in, reasons_in
from support.inventory import inventory, machine


@pytest.fixture
def command(database_url, kept):
    """Return a function that runs a data command, with the database of the test as that of the settings."""

    def run_command(*words, **more):
        settings = {"LOADZONE_DATABASE_URL": database_url, "LOADZONE_BACKUPS": str(kept), "LOADZONE_DATA": ""}
        return run("", *words, **settings | more)

    return run_command


def in_database(url):
    with psycopg.connect(url) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM loadzone.lines ORDER BY id").fetchall()]


def test_the_history_comes_back_from_a_database_the_same(command, source, database_url, tmp_path):
    make_history(history_of(source), range(1, 2500))
    ended = command("copy", source, "database", "--yes")
    assert ended.code == 0, ended.all
    assert "history: lines: 2499, 2026-11-24 to 2026-11-24; to: none" in ended.out
    assert in_database(database_url) == list(range(1, 2500))
    assert "both hold the same" in command("copy", source, "database", "--yes").out
    assert "is valid: lines: 2499" in command("check").out
    back = tmp_path / "back.json"
    ended = command("copy", "database", back, "--yes")
    assert ended.code == 0, ended.all
    assert back.read_bytes() == source.read_bytes()
    assert reasons_in(history_of(back)) == reasons_in(history_of(source))
    assert history_of(back).stat().st_mode & 0o777 == 0o600


def test_the_history_of_a_database_is_kept_before_it_is_replaced(command, source, database_url, kept, tmp_path):
    make_history(history_of(source), [1, 2, 3])
    assert command("copy", source, "database", "--yes").code == 0
    other = tmp_path / "other.json"
    other.write_text(json.dumps(inventory([machine("new")])))
    make_history(history_of(other), [7])
    assert command("copy", other, "database", "--yes", LOADZONE_BACKUPS="").code == 1
    assert in_database(database_url) == [1, 2, 3]
    ended = command("copy", other, "database", "--yes")
    assert ended.code == 0, ended.all
    assert in_database(database_url) == [7]
    [name] = [path.name for path in kept.iterdir() if path.name.endswith("before-copy.history.sqlite")]
    assert numbers_in(kept / name) == [1, 2, 3]
    assert f"{name}  lines: 3" in command("backups").out
    assert command("restore", name, "--yes").code == 0
    assert in_database(database_url) == [1, 2, 3]


def test_where_the_history_cannot_be_written_nothing_is(command, source, database_url, tmp_path):
    """The state goes in the same transaction."""
    assert command("copy", source, "database", "--yes").code == 0
    other = tmp_path / "other.json"
    other.write_text(json.dumps(inventory([machine("new")])))
    change(make_history(history_of(other), [1, 2]), "DROP INDEX IF EXISTS lines_once; UPDATE lines SET email = char(0)")
    ended = command("copy", other, "database", "--yes")
    assert (ended.code, "the history in the database" in ended.err) == (1, True), ended.all
    assert command("copy", "database", tmp_path / "back.json", "--yes").code == 0
    assert (tmp_path / "back.json").read_bytes() == source.read_bytes()


def test_check_finds_what_is_wrong_with_the_history_in_a_database(command, source, database_url):
    make_history(history_of(source), [1, 2, 3])
    assert command("copy", source, "database", "--yes").code == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE loadzone.lines SET number = 9 WHERE id = 2")
    ended = command("check")
    assert (ended.code, "line 3: is out of order" in ended.out) == (1, True)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE loadzone.history_version SET version_num = '9999'")
    assert "its history is of version 9999" in command("check").out


def test_a_newer_history_stops_the_start(command, source, database_url):
    make_history(history_of(source), [1])
    assert command("copy", source, "database", "--yes").code == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE loadzone.history_version SET version_num = '9999'")
    with launched(database_url) as [node]:
        status, said = node.ended()
    assert status == 2
    assert "LoadZone cannot start: the database loadzone_" in said
    assert "cannot be used: its history is of version 9999, and this LoadZone knows version" in said
    assert in_database(database_url) == [1]


def test_a_history_is_not_replaced_while_a_node_runs(source, server, tmp_path):
    backup = make_history(tmp_path / "2026-11-20.history.sqlite", [1])
    url = server.settings["LOADZONE_DATABASE_URL"]
    ended = run("", "restore", backup, "--yes", LOADZONE_DATABASE_URL=url, LOADZONE_DATA="")
    assert (ended.code, "is in use; stop all nodes first" in ended.err) == (1, True)
