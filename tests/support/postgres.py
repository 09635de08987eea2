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


class Cluster:
    """A running cluster. Root runs it as the user postgres, since PostgreSQL refuses root."""

    def __init__(self):
        self.bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="lz-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes
        self._as_postgres = {}
        if os.geteuid() == 0:
            user = next(user for name in ("postgres", "nobody") for user in pwd.getpwall() if user.pw_name == name)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_postgres = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._watch = None
        self._numbers = itertools.count(1)

    @property
    def url(self):
        return self.url_of("postgres")

    def url_of(self, database):
        return f"host={self.folder} dbname={database} user=postgres"

    def make_database(self):
        """Make an empty database and return its address."""
        name = f"loadzone_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url_of(name)

    def start(self):
        """Make the cluster, start it, and have it stopped when this process ends, however it ends."""
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "watch", str(self.bin), str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            **self._as_postgres,
        )
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        with open(f"{self.data}/postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write("listen_addresses = ''\nmax_connections = 100\nshared_buffers = 16MB\n")
            settings.write(f"unix_socket_directories = '{self.folder}'\n")
        self.launch()

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

    def _run(self, program, *arguments):
        subprocess.run(
            [str(self.bin / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **self._as_postgres,
        )


@contextmanager
def running_cluster():
    """Yield a running cluster."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()
