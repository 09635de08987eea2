"""A node on a database that it cannot use says in one sentence what is wrong and what to do. Its status is 2."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from nodes.refused import launched, refusal, sentence
from support.cutting_proxy import CuttingProxy
from support.pgbouncer import running_pgbouncer
from support.postgres import running_standby
from support.server import ROOT, Server
from support.waiting import eventually

PASSWORD = "hunter2"


@pytest.fixture
def role(database):
    """Return a role with a password."""
    database.execute(f"CREATE ROLE bouncer LOGIN PASSWORD '{PASSWORD}'")
    yield "bouncer"
    database.execute("DROP ROLE bouncer")


@pytest.mark.parametrize("url", [f"postgresql:/ann:{PASSWORD}@db/board", f"postgres://ann:wet@{PASSWORD}@db/board"])
def test_an_address_that_cannot_be_read(url):
    said = refusal(url)
    assert said.startswith("LOADZONE_DATABASE_URL cannot be used: it is not the address of a database; write it as ")
    assert PASSWORD not in said


def test_a_database_that_does_not_answer(cluster):
    closed = f"postgresql://ann:{PASSWORD}@127.0.0.1:1/board"
    unknown = f"postgresql://ann:{PASSWORD}@loadzone.invalid/board"
    impatient = {"program": "tests/support/impatient_node.py", "PATIENCE": "2"}
    with running_standby(cluster) as standby, launched(closed, unknown, standby.url, **impatient) as nodes:
        at_closed, at_unknown, at_standby = map(sentence, nodes)
        waited = [node.log.count("waiting 2 seconds for it") for node in nodes]
    assert at_closed.startswith("the database board on 127.0.0.1 cannot be used: it does not answer (")
    assert "Connection refused" in at_closed
    assert at_unknown.startswith("the database board on loadzone.invalid cannot be used: it does not answer (")
    assert at_unknown.endswith("see that PostgreSQL runs, and check its address")
    assert "it is a standby, which takes no changes; name the primary" in at_standby
    assert waited == [1, 1, 1]
    assert PASSWORD not in str([node.log for node in nodes])


def test_a_node_waits_for_a_database_that_is_started_with_it(cluster):
    with running_standby(cluster) as standby:
        standby.kill()
        with launched(standby.url) as [node]:
            node.wait_for_log("it does not answer .*; waiting 10 seconds for it")
            standby.launch()
            standby.promote()
            node.wait_until_it_answers()


def test_a_wrong_password_role_or_database(cluster, database_url, role):
    access = Path(cluster.data, "pg_hba.conf")
    access.write_text(f"local all {role} scram-sha-256\n{access.read_text()}")
    with psycopg.connect(cluster.url) as connection:
        connection.execute("SELECT pg_reload_conf()")
    eventually(lambda: is_refused(f"{database_url} user={role} password=wrong"))
    wrong = f"host={cluster.folder} user={role} password={PASSWORD}x dbname=board"
    nobody = f"host={cluster.folder} user=nobody password={PASSWORD} dbname=board"
    nowhere = f"host={cluster.folder} user=postgres password={PASSWORD} dbname=board"
    with launched(wrong, nobody, nowhere) as nodes:
        said = [sentence(node) for node in nodes]
        assert PASSWORD not in str([node.log for node in nodes])
    for one, why in zip(said, ("password authentication failed", 'role "nobody"', 'database "board"'), strict=True):
        assert one.startswith(f"the database board on {cluster.folder} cannot be used: it refuses (")
        assert why in one
        assert one.endswith("; check user, password and database in its address")


def is_refused(url):
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return True
    return False


def test_a_role_that_may_not_make_tables(database_url, role):
    said = refusal(database_url.replace("user=postgres", f"user={role} password={PASSWORD}"))
    name = re.search(r"dbname=(\S+)", database_url).group(1)
    assert said.endswith(f'let this user own the database: ALTER DATABASE "{name}" OWNER TO "{role}"')
    assert "permission denied" in said


def test_a_schema_that_was_made_for_loadzone_beforehand(database, start_node, database_url, role):
    database.execute(f"CREATE SCHEMA loadzone AUTHORIZATION {role}")
    try:
        own = database_url.replace("user=postgres", f"user={role} password={PASSWORD}")
        start_node(LOADZONE_DATABASE_URL=own).end()
    finally:
        database.execute("DROP SCHEMA loadzone CASCADE")


def test_a_read_only_database(database, database_url):
    database.execute(f"ALTER DATABASE {database.info.dbname} SET default_transaction_read_only = on")
    assert "it is read-only; turn default_transaction_read_only off" in refusal(database_url)


@pytest.mark.parametrize("tables", ["zones(name text)", "version(id text)", "commits(), loadzone.snapshot_parts()"])
def test_a_schema_of_somebody_else(database, database_url, tables):
    database.execute("CREATE SCHEMA loadzone")
    for table in ["version(name text)"] * ("commits" in tables) + tables.split(", "):
        database.execute(f"CREATE TABLE loadzone.{table.removeprefix('loadzone.')}")
    before = content(database)
    assert "its schema named loadzone is somebody else's; name another database" in refusal(database_url)
    assert content(database) == before


def content(database):
    return database.execute("SELECT relname FROM pg_class WHERE relnamespace = 'loadzone'::regnamespace").fetchall()


class OldServer(CuttingProxy):
    """Makes a server say that it is PostgreSQL 13."""

    def _changed(self, data):
        return re.sub(rb"server_version\0\d\d", b"server_version\x0013", data)


def test_a_server_that_is_too_old(cluster, database_url):
    proxy = OldServer(cluster.folder)
    try:
        said = refusal(database_url.replace(str(cluster.folder), proxy.folder))
    finally:
        proxy.end()
    assert "it is PostgreSQL 13; LoadZone needs 14 or later: upgrade it" in said


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_that_shares_sessions(cluster, database, database_url, mode):
    with running_pgbouncer(cluster, mode) as folder:
        said = refusal(database_url.replace(str(cluster.folder), str(folder)))
    assert "a pooler such as pgbouncer stands in front of it and gives each transaction another session" in said
    assert said.endswith("name the database itself, or set pool_mode=session")


def test_a_pooler_that_keeps_sessions_apart_can_be_used(cluster, database_url, start_node):
    with running_pgbouncer(cluster, "session") as folder:
        start_node(LOADZONE_DATABASE_URL=database_url.replace(str(cluster.folder), str(folder))).end()


def test_tables_and_commits_of_a_newer_version(database, database_url, start_node):
    start_node().end()
    database.execute("UPDATE loadzone.commits SET body = convert_to('{\"commit format\": 99}', 'UTF8')")
    last = "SELECT seq + 1, id, at, body FROM loadzone.commits ORDER BY seq DESC LIMIT 1"
    database.execute(f"INSERT INTO loadzone.commits {last}")
    newer = "a newer LoadZone has written to the database; upgrade this one"
    assert newer in refusal(database_url)
    database.execute("UPDATE loadzone.version SET number = 99")
    assert "its tables are of version 99, and this LoadZone knows version 1" in refusal(database_url)


def test_without_psycopg(tmp_path):
    (tmp_path / "psycopg.py").write_text("raise ImportError('no psycopg here')")
    environment = Server(tmp_path, LOADZONE_DATA="", LOADZONE_DATABASE_URL="host=db")._environment()
    ended = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "LoadZone cannot start: LOADZONE_DATABASE_URL needs psycopg (no psycopg here);"
        " install it: pip install -r requirements-postgres.txt\n"
    )
