"""`data copy` between files and databases: everything arrives, and what was there is not lost."""

import json
import os

import psycopg
import pytest

from loadzone.database.leader import LOCK as LEADER
from loadzone.database.schema import LOCK
from support.answers import done
from support.cutting_proxy import CuttingProxy
from support.data_commands import run, start_command
from support.inventory import inventory, machine
from support.people import Person
from support.waiting import eventually

MUCH = 10**9  # bytes


@pytest.fixture
def copy(database_url, kept):
    """Return a function that copies, with the database of the test as that of the settings."""

    def copy_data(*words, **more):
        settings = {"LOADZONE_DATABASE_URL": database_url, "LOADZONE_BACKUPS": str(kept)} | more.pop("settings", {})
        return run("", "copy", *words, **settings, **more)

    return copy_data


def execute(url, statements):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements)


def rows(url, statement):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement).fetchall()


def content(copy, path, *words):
    """Return what the database has, as a file."""
    ended = copy("database", path, "--yes", *words)
    assert ended.code == 0, ended.all
    return path.read_bytes()


def test_a_file_comes_back_from_a_database_byte_for_byte(copy, source, tmp_path, database_url):
    ended = copy(source, "database", answer="y\n")
    assert (ended.code, ended.err.partition("?")[0]) == (
        0,
        f"Copy that to the database {database_url.split()[1][7:]} on {database_url.split()[0][5:]}",
    )
    counts = "machines: 3, booked: 1, waiting: 2, groups: 2, people: 2"
    assert f"from:  {source}: {counts}" in ended.out
    assert "to:    the database loadzone_" in ended.out
    assert "read back and found the same; you can start the nodes now" in ended.out
    assert content(copy, tmp_path / "back.json") == source.read_bytes()
    assert content(copy, tmp_path / "back.json") == source.read_bytes(), "the same again changes nothing"


def test_nodes_serve_what_was_copied(copy, source, start_node, database_url, tmp_path):
    assert copy(source, "database", "--yes").code == 0
    node = start_node(LOADZONE_ADMINS="bob@example.com")
    bob = Person(node, "bob@example.com").sign_in()
    assert [vm["id"] for vm in bob.state()["vms"]] == ["zeta", "alpha", "mid"]
    done(bob.cancel("zeta"))
    ended = copy("database", tmp_path / "while it runs.json", "--yes")
    assert "is in use: what changes there from now on is not copied" in ended.err
    stored = json.loads((tmp_path / "while it runs.json").read_bytes())
    assert stored["vms"][0]["booked_by"] == "carol@example.com"
    assert stored["theirs"] == "kept"


def test_from_a_database_to_another(copy, source, cluster, tmp_path):
    other = cluster.make_database()
    assert copy(source, "database", "--yes").code == 0
    assert copy("database", other, "--yes").code == 0
    assert copy(other, tmp_path / "back.json", "--yes").code == 0
    assert (tmp_path / "back.json").read_bytes() == source.read_bytes()


def test_what_a_database_had_is_kept_as_a_backup_and_pages_follow(copy, source, tmp_path, kept):
    copy(source, "database", "--yes")
    other = tmp_path / "other.json"
    other.write_text(json.dumps(inventory([machine("new")], revision=7)))
    assert copy(other, "database", answer="n\n").code == 1
    ended = copy(other, "database", answer="y\n")
    assert ended.code == 0
    assert "Replace what the database loadzone_" in ended.err
    [backup] = kept.iterdir()
    assert backup.name.endswith("Z-before-copy.json")
    assert backup.read_bytes() == source.read_bytes()
    stored = json.loads(content(copy, tmp_path / "back.json"))
    assert ([vm["id"] for vm in stored["vms"]], stored["revision"]) == (["new"], 42)


def test_without_a_folder_for_backups_nothing_is_lost(copy, source, tmp_path):
    copy(source, "database", "--yes")
    other = tmp_path / "other.json"
    other.write_text(json.dumps(inventory([machine("new")])))
    ended = copy(other, "database", "--yes", settings={"LOADZONE_BACKUPS": ""})
    assert (ended.code, "set LOADZONE_BACKUPS to a folder" in ended.err) == (1, True)
    assert content(copy, tmp_path / "back.json") == source.read_bytes()


def test_what_a_file_had_is_kept_beside_it(copy, source, tmp_path):
    there = tmp_path / "there.json"
    there.write_bytes(b'{"vms": [{"id": "lost"}], "revision": 50}')
    assert copy(source, there, "--yes", settings={"LOADZONE_BACKUPS": ""}).code == 0
    [backup] = there.with_name("there.json.backups").iterdir()
    assert json.loads(backup.read_bytes())["vms"] == [{"id": "lost"}]
    assert json.loads(there.read_bytes())["revision"] == 51


# Refused


def test_a_database_in_use_is_not_replaced(copy, source, server):
    before = Person(server).state()
    for words in (["copy", source, "database"], ["restore", source]):
        url = server.settings["LOADZONE_DATABASE_URL"]
        ended = run("", *words, "--yes", LOADZONE_DATABASE_URL=url)
        assert (ended.code, "is in use; stop all nodes first" in ended.err) == (1, True)
    assert Person(server).state() == before


def test_a_file_in_use_is_not_replaced_and_one_that_is_copied_is_warned_of(copy, source, start):
    server = start()
    ended = copy(source, server.data, "--yes")
    assert (ended.code, "is in use; stop the server first" in ended.err) == (1, True)
    assert (
        f"{server.data} is in use: what changes there from now on is not copied"
        in copy(server.data, "database", "--yes").err
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("host=/nowhere dbname=x user=y password=s3cret", "cannot be used"),
        ("postgresql://u:s3cret@[nonsense/x", "is not the address of a database"),
        ("postgresql://u:s3@cret@127.0.0.1:1/x", "cannot be used"),
        ("host=/nowhere s3cret", "is not the address of a database"),
    ],
)
def test_a_wrong_address_is_an_error_without_its_password(copy, source, address, said):
    before = source.read_bytes()
    for words in ((source, address), (address, source)):
        ended = copy(*words, "--yes")
        assert (ended.code, said in ended.err) == (1, True), ended.err
        assert "s3cret" not in ended.all
    assert source.read_bytes() == before


def test_without_a_database_in_the_settings_the_word_is_refused(copy, source):
    ended = copy(source, "database", settings={"LOADZONE_DATABASE_URL": ""})
    assert (ended.code, "LOADZONE_DATABASE_URL is not set" in ended.err) == (1, True)


def test_the_address_can_come_from_a_file(copy, source, database_url, tmp_path):
    (tmp_path / "address").write_text(database_url)
    settings = {"LOADZONE_DATABASE_URL": "", "LOADZONE_DATABASE_URL_FILE": str(tmp_path / "address")}
    assert copy(source, "database", "--yes", settings=settings).code == 0


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ("CREATE SCHEMA loadzone; CREATE TABLE loadzone.load(zone text)", "somebody else's"),
        ("UPDATE loadzone.version SET number = 99", "a newer LoadZone has been here"),
    ],
)
def test_a_database_that_is_not_ours_or_newer_is_left_as_it_is(copy, source, database_url, statements, said, tmp_path):
    if "UPDATE" in statements:
        assert copy(source, "database", "--yes").code == 0
    execute(database_url, statements)
    for words in ((source, "database"), ("database", tmp_path / "new.json")):
        ended = copy(*words, "--yes")
        assert (ended.code, said in ended.err) == (1, True), ended.err
    assert not (tmp_path / "new.json").exists()


def test_an_empty_database_is_nothing_to_copy_and_is_left_empty(copy, source, database_url, tmp_path):
    ended = copy("database", tmp_path / "new.json", "--yes")
    assert (ended.code, "there is no data in the database" in ended.err) == (1, True)
    assert copy(source, "database", answer="n\n").code == 1
    assert rows(database_url, "SELECT count(*) FROM pg_namespace WHERE nspname = 'loadzone'") == [(0,)]


def test_a_file_with_an_error_is_not_copied(copy, source, database_url):
    source.write_text('{"vms": [{"id": 3}]}')
    ended = copy(source, "database", "--yes")
    assert (ended.code, ended.out) == (1, "vms[0].id: a text is expected here\n")
    assert rows(database_url, "SELECT count(*) FROM pg_namespace WHERE nspname = 'loadzone'") == [(0,)]


# Cut off


def test_a_copy_that_is_killed_leaves_the_database_as_it_was(copy, source, database_url, kept, tmp_path):
    copy(source, "database", "--yes")
    other = tmp_path / "other.json"
    other.write_text(json.dumps(inventory([machine("new")])))
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        settings = {"LOADZONE_DATABASE_URL": database_url, "LOADZONE_BACKUPS": str(kept)}
        with open(os.devnull, "r+b") as nothing:
            process = start_command("", "copy", other, "database", "--yes", streams=(nothing.fileno(),) * 3, **settings)
        eventually(lambda: rows(database_url, waits) == [(1,)])
        process.kill()
        process.wait()
    assert content(copy, tmp_path / "back.json") == source.read_bytes()


def test_a_connection_cut_at_any_byte_leaves_all_or_nothing(copy, source, database_url, cluster, tmp_path):
    proxy = CuttingProxy(cluster.folder)
    through = database_url.replace(str(cluster.folder), proxy.folder)
    results = set()
    try:
        proxy.cut(after=MUCH)
        assert copy(source, through, "--yes").code == 0
        whole = MUCH - proxy.left
        for part in (0.4, 0.6, 0.65, 0.7, 0.8, 0.9):
            execute(database_url, "DROP SCHEMA IF EXISTS loadzone CASCADE")
            proxy.cut(after=int(whole * part))
            code = copy(source, through, "--yes").code
            proxy.cut(after=None)
            [(there,)] = rows(database_url, "SELECT count(*) FROM pg_namespace WHERE nspname = 'loadzone'")
            if there:
                assert content(copy, tmp_path / "back.json") == source.read_bytes()
            assert there or code == 1
            results.add((code, there))
    finally:
        proxy.end()
    assert {(1, 0), (1, 1)} <= results, results


def change_and_end(start_node, database):
    """Start a node, change something there, and end it."""
    node = start_node(LOADZONE_ADMINS="bob@example.com")
    done(Person(node, "bob@example.com").sign_in().cancel("zeta"))
    node.stop()


def start_idle(start_node, database):
    """Start a node that writes nothing, since another one leads."""
    database.execute("SELECT pg_advisory_lock(%s)", [LEADER])
    start_node()


@pytest.mark.parametrize("happens", [change_and_end, start_idle])
def test_what_nodes_do_while_the_question_is_open_is_not_overwritten(
    copy, source, database_url, tmp_path, start_node, happens
):
    copy(source, "database", "--yes")
    read_end, write_end = os.pipe()
    other = tmp_path / "other.json"
    other.write_text(json.dumps(inventory([machine("new")])))
    settings = {"LOADZONE_DATABASE_URL": database_url, "LOADZONE_BACKUPS": str(tmp_path)}
    with (tmp_path / "out").open("w+b") as out:
        streams = (read_end, out.fileno(), out.fileno())
        process = start_command("", "copy", other, "database", streams=streams, **settings)
        eventually(lambda: b"Replace what" in (tmp_path / "out").read_bytes())
        with psycopg.connect(database_url) as database:
            happens(start_node, database)
        os.write(write_end, b"y\n")
        os.close(write_end)
        os.close(read_end)
        assert process.wait(30) == 1
    assert b"a node has started or changed something meanwhile" in (tmp_path / "out").read_bytes()
    assert b"zeta" in content(copy, tmp_path / "back.json")
