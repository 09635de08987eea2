"""A PostgreSQL of the cluster's own: in a folder, on loopback, with a password."""

from __future__ import annotations

import os
import pwd
import queue
import secrets
import signal
import subprocess
from pathlib import Path

import psycopg
from processes import CannotRun, Process, free_port, program


class Postgres:
    """Makes and runs it. Root runs it as another user, since PostgreSQL refuses root. Raises CannotRun."""

    def __init__(self, folder: Path, ended: queue.SimpleQueue[Process | None]) -> None:
        self._bin = _programs()
        self._folder = folder / "postgres"
        self._folder.mkdir(mode=0o700)
        self._port = free_port()
        self._password = secrets.token_urlsafe(24)
        self._user = _other_user(folder, self._folder) if os.geteuid() == 0 else None
        self._make()
        options = ["-D", self._data, "-h", "127.0.0.1", "-p", str(self._port), "-k", ""]
        self._process = Process("postgres", [str(self._bin / "postgres"), *options], ended, user=self._user)

    @property
    def url(self) -> str:
        """The address of its database, with the password."""
        return f"postgresql://loadzone:{self._password}@127.0.0.1:{self._port}/postgres"

    def is_ready(self) -> bool:
        """Tell whether it takes connections."""
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it, once its connections are ended."""
        self._process.stop(signal.SIGINT)

    @property
    def _data(self) -> str:
        return f"{self._folder}/data"

    def _make(self) -> None:
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password, encoding="utf-8")
        if self._user is not None:
            os.chown(password_file, self._user, -1)
        words = [str(self._bin / "initdb"), "-D", self._data, "-U", "loadzone", "-A", "scram-sha-256", "-N"]
        words += ["-E", "UTF8", "--locale=C", f"--pwfile={password_file}"]
        ended = subprocess.run(words, user=self._user, cwd="/", capture_output=True, text=True)
        password_file.unlink()
        if ended.returncode:
            raise CannotRun(f"initdb failed: {ended.stderr.strip()}")


def _other_user(folder: Path, own: Path) -> int:
    """Return a user who may enter the folder, and to whom `own` in it belongs."""
    user = next(user for name in ("postgres", "nobody") for user in pwd.getpwall() if user.pw_name == name)
    folder.chmod(0o711)
    os.chown(own, user.pw_uid, user.pw_gid)
    return user.pw_uid


def _programs() -> Path:
    """Return the folder of initdb: $POSTGRES_BIN, the newest of Debian's, or that on the PATH. Raises CannotRun."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if named := os.environ.get("POSTGRES_BIN"):
        return Path(named)
    return found[-1] if found else Path(program("initdb", "postgresql")).parent
