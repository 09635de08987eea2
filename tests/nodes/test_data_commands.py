"""The data commands on a database: as on a file, and an import while nodes run."""

import json
import os
from contextlib import contextmanager

import psycopg
import pytest

from loadzone.commands import database_medium
from loadzone.config import Config
from loadzone.domain.commit import CannotSave
from loadzone.domain.records import Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import utc_now
from support.answers import done
from support.data_commands import run, start_command
from support.inventory import inventory, machine
from support.listener import Listener
from support.people import Person
from support.postgres_durable import PostgresKept
from support.waiting import eventually

KEY = "the key of tests alone"
MACHINES = "id,description\nzeta,changed\nnew,added\n"


@pytest.fixture
def settings(database_url, kept):
    return {"LOADZONE_DATABASE_URL": database_url, "LOADZONE_SECRET_KEY": KEY, "LOADZONE_BACKUPS": str(kept)}


@pytest.fixture
def data(settings):
    """Return a function that runs a data command on the database."""
    return lambda *words, **more: run("", *words, **{**settings, **more})


@pytest.fixture
def filled(database_url, source):
    PostgresKept(database_url).begin_anew(source.read_bytes())


@pytest.fixture
def node(filled, start_node):
    return start_node(LOADZONE_ADMINS="bob@example.com")


@pytest.fixture
def bob(node):
    return Person(node, "bob@example.com").sign_in()


@pytest.fixture
def machines(tmp_path):
    path = tmp_path / "machines.csv"
    path.write_text(MACHINES)
    return path


@contextmanager
def asking(settings, tmp_path, *words):
    """Start a command, and yield once it asks. At the end it is answered with yes; then its output is yielded."""
    read_end, write_end = os.pipe()
    output = tmp_path / "asked"
    result = []
    with output.open("w+b") as out:
        process = start_command("", *words, streams=(read_end, out.fileno(), out.fileno()), **settings)
        eventually(lambda: b"[y/N]" in output.read_bytes())
        yield result
        os.write(write_end, b"y\n")
        os.close(write_end)
        os.close(read_end)
        result.append(process.wait(30))
    result.append(output.read_text())


def opened(url):
    return database_medium.DatabaseMedium(url, None).changing()


def unit(state):
    return UnitOfWork(state, utc_now(), Config())


def put(vm_id):
    def work(uow):
        uow.vms[vm_id] = Vm(vm_id)

    return work


# check, export


def test_check_export_and_backups_say_the_same_as_of_the_file(data, filled, source, tmp_path):
    checked = data("check")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.partition(" is valid: ")[2] == run(source, "check").out.partition(" is valid: ")[2]
    for name in ("csv", "json", "ansible"):
        assert data("export", "--format", name).bytes == run(source, "export", "--format", name).bytes
    assert "there are no backups in" in data("backups").out
    assert data("backups", LOADZONE_BACKUPS="").out == "there are no backups: LOADZONE_BACKUPS is not set\n"


def test_check_reads_what_nodes_have_committed(data, bob):
    done(bob.add_vm("another"), 201)
    assert "machines: 4" in data("check").out
    assert "another" in data("export", "--format", "csv").out


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            'UPDATE loadzone.snapshot_parts SET body = \'{"vms": [{"id": 3}]}\'',
            "snapshot: vms[0].id: a text is expected",
        ),
        (
            "UPDATE loadzone.commits SET body = 'no commit' WHERE seq = (SELECT max(seq) FROM loadzone.commits)",
            "commit ",
        ),
        ("DELETE FROM loadzone.commits WHERE seq = 2", "commit 2: is missing"),
    ],
)
def test_check_names_what_is_wrong_in_the_database(data, filled, database_url, statement, said):
    """No node runs that could make a new snapshot of the commits."""
    for number in range(3):
        with opened(database_url) as database:
            database.do(unit, put(f"another-{number}"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(statement)
    ended = data("check")
    assert (ended.code, ended.out.startswith(said)) == (1, True), ended.all
    assert "cannot be used" in ended.err


def test_without_data_all_say_so_and_nothing_is_made(data, database_url, machines):
    for words in (["check"], ["export", "--format", "csv"]):
        ended = data(*words)
        assert (ended.code, "there is no data in the database" in ended.err) == (1, True)
    assert data("import", machines, "--dry-run").code == 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        assert not connection.execute("SELECT FROM pg_namespace WHERE nspname = 'loadzone'").rowcount


def test_two_places_for_the_data_are_refused(data, source):
    ended = data("check", LOADZONE_DATA=str(source))
    assert (ended.code, "are both set; keep one of them" in ended.err) == (1, True)


# import


def test_an_import_fills_a_new_database(data, machines):
    ended = data("import", machines, "--yes")
    assert (ended.code, "imported; all nodes have it" in ended.out) == (0, True), ended.all
    assert "machines: 2" in data("check").out


def test_nodes_that_run_have_an_import_at_once(data, bob, machines, kept, source):
    with Listener(bob) as listener:
        assert data("import", machines, "--yes").code == 0
        eventually(lambda: "new" in [vm["id"] for vm in bob.state()["vms"]])
        eventually(lambda: "new" in json.dumps(listener.changes()))
    assert bob.vm("zeta")["description"] == "changed"
    assert bob.vm("zeta")["booked_by"] == "bob@example.com"
    [backup] = kept.iterdir()
    assert backup.name.endswith("Z-before-import.json")
    done(bob.book("new"))


def test_what_others_do_while_the_question_is_open_stays(settings, tmp_path, bob, machines):
    with asking(settings, tmp_path, "import", machines) as outcome:
        done(bob.add_vm("meanwhile"), 201)
    assert outcome[0] == 0, outcome
    eventually(lambda: {"meanwhile", "new"} <= {vm["id"] for vm in bob.state()["vms"]})


def test_an_import_that_would_do_something_else_than_was_shown_does_nothing(settings, tmp_path, bob, machines):
    with asking(settings, tmp_path, "import", machines) as outcome:
        done(bob.add_vm("new"), 201)
    assert outcome[0] == 1
    assert "have changed since the plan was shown; import again" in outcome[1]
    assert bob.vm("zeta")["description"] != "changed"


def test_a_long_change_is_done_again_before_a_turn_where_others_were_quicker(database_url, monkeypatch):
    monkeypatch.setattr(database_medium, "SHORT", 0)
    tries = []
    with opened(database_url) as mine, opened(database_url) as theirs:

        def work(uow):
            tries.append(list(uow.vms))
            if len(tries) < 3:
                theirs.do(unit, put(f"theirs {len(tries)}"))
            put("mine")(uow)

        mine.do(unit, work)
    assert tries == [[], ["theirs 1"], ["theirs 1", "theirs 2"]]
    with opened(database_url) as now:
        assert list(now.state.vms) == ["theirs 1", "theirs 2", "mine"]


def test_a_long_change_gives_up_where_others_are_always_quicker(database_url, monkeypatch):
    monkeypatch.setattr(database_medium, "SHORT", 0)
    with opened(database_url) as mine, opened(database_url) as theirs:

        def work(uow):
            theirs.do(unit, put(f"theirs {len(uow.vms)}"))
            put("mine")(uow)

        with pytest.raises(CannotSave):
            mine.do(unit, work)
    with opened(database_url) as now:
        assert "mine" not in now.state.vms


# restore


def test_a_restore_keeps_what_was_there_and_can_be_undone(data, filled, kept, tmp_path, start_node):
    backup = tmp_path / "yesterday.json"
    backup.write_text(json.dumps(inventory([machine("old")], revision=3)))
    ended = data("restore", backup, "--yes")
    assert (ended.code, "restored; you can start the nodes now" in ended.out) == (0, True), ended.all
    assert "now:    machines: 3" in ended.out
    [name] = [path.name for path in kept.iterdir()]
    assert data("backups").out.startswith(f"{name}  machines: 3, booked: 1")
    node = start_node()
    assert [vm["id"] for vm in Person(node).state()["vms"]] == ["old"]
    node.stop()
    assert data("restore", name, "--yes").code == 0
    data("copy", "database", tmp_path / "back.json", "--yes")
    assert json.loads((tmp_path / "back.json").read_bytes())["vms"][0]["id"] == "zeta"
