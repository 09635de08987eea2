"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a socket there, gone at the end."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg

# Its input ends when the tests do, whatever ends them. A shell: the user postgres may not run root's Python.
WATCH = 'read -r _; "$1/pg_ctl" stop -D "$2/data" -m immediate -s 2>/dev/null; rm -rf "$2"'


def programs():
    """Return the folder of initdb and postgres: $POSTGRES_BIN, or the newest of Debian's."""
    named = os.environ.get("POSTGRES_BIN")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    if named:
        return Path(named)
    if found:
        return found[-1]
    assert on_path, "The tests need PostgreSQL: install it, or name the folder of its programs in POSTGRES_BIN"
    return Path(on_path).parent


def as_owner_of(folder):
    """Return how to run a program that owns the folder. Root gives it to the user postgres."""
    if os.geteuid() != 0:
        return {}
    user = next(user for name in ("postgres", "nobody") for user in pwd.getpwall() if user.pw_name == name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Cluster:
    """A running cluster. Root runs it as the user postgres, since PostgreSQL refuses root."""

    def __init__(self):
        self.bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="lz-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes
        self.as_owner = as_owner_of(self.folder)
        self._watch = None
        self._numbers = itertools.count(1)
        self._given_back = []

    @property
    def url(self):
        return self.url_of("postgres")

    def url_of(self, database):
        return f"host={self.folder} dbname={database} user=postgres"

    def make_database(self):
        """Return the address of an empty database: a new one, or one that was given back."""
        if self._given_back:
            return emptied(self._given_back.pop())
        name = f"loadzone_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url_of(name)

    def give_back(self, url):
        """Let another test have this database. A hundred of them would make a start after a crash slow."""
        self._given_back.append(url)

    def drop(self, url):
        """Remove a database with which a test may have done anything."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def start(self):
        """Make the cluster, start it, and have it stopped when this process ends, however it ends."""
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "watch", str(self.bin), str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            **self.as_owner,
        )
        self._make()
        self.set("listen_addresses = ''", "max_connections = 100", "shared_buffers = 16MB")
        self.set(f"unix_socket_directories = '{self.folder}'")
        self.launch()

    def set(self, *lines):
        """Add lines to postgresql.conf, for the next launch."""
        with open(f"{self.data}/postgresql.conf", "a", encoding="utf-8") as settings:
            settings.writelines(f"{line}\n" for line in lines)

    @property
    def data(self):
        return f"{self.folder}/data"

    def launch(self):
        """Start the server and return once it answers."""
        self._run("pg_ctl", "start", "-D", self.data, "-l", f"{self.folder}/log", "-w", "-s")

    def kill(self):
        """End the server as a crash does."""
        self._run("pg_ctl", "stop", "-D", self.data, "-m", "immediate", "-s")

    def end(self):
        """Stop the server and delete the cluster."""
        self._watch.stdin.close()
        self._watch.wait(30)

    def _make(self):
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")

    def _run(self, program, *arguments):
        subprocess.run(
            [str(self.bin / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **self.as_owner,
        )


def emptied(url):
    """Remove all from the database, and whoever is still connected to it; return its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA IF EXISTS loadzone CASCADE")
    return url


class Standby(Cluster):
    """A copy of a running cluster, which follows it, can be read, and can take its place.

    Its name for `synchronous_standby_names` is "standby".
    """

    def __init__(self, primary):
        super().__init__()
        self._primary = primary

    def promote(self):
        """Let it follow no more, and take writes. Return once it does."""
        self._run("pg_ctl", "promote", "-D", self.data, "-w", "-s")

    def _make(self):
        source = f"host={self._primary.folder} user=postgres application_name=standby"
        self._run("pg_basebackup", "-D", self.data, "-d", source, "-R", "-X", "stream", "-c", "fast", "-N")


@contextmanager
def running_cluster():
    """Yield a running cluster."""
    with _running(Cluster()) as cluster:
        yield cluster


@contextmanager
def running_standby(primary):
    """Yield a standby of the running cluster."""
    with _running(Standby(primary)) as standby:
        yield standby


@contextmanager
def _running(cluster):
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()
