"""A PostgreSQL on a small disk, and perhaps a synchronous standby that can take its place."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from support.postgres import Cluster
from support.small_disk import SmallDisk
from support.waiting import eventually

DISK = "192m"
SYNCHRONOUS = "SELECT sync_state = 'sync' AND replay_lsn >= %s FROM pg_stat_replication"


class Member(Cluster):
    """A server that can become the standby of another, again and again. `disk` None: it cannot be mounted."""

    disk: SmallDisk | None = None
    _primary: "Member | None" = None

    def make(self) -> "Member":
        """Make it and start it."""
        self.start()
        return self

    def follow(self, primary: "Member") -> None:
        """Forget everything and become a standby of the other one. Return once it takes part in each commit."""
        if self._watch is None:
            self._primary = primary
            self.start()
        else:
            self._copy(primary)
            self._listen_here()
            self.launch()
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        primary.ask("SELECT pg_reload_conf()")
        eventually(lambda: primary.has_standby)

    @property
    def has_standby(self) -> bool:
        """True if a standby has everything that was written until now, and takes part in what comes."""
        [(here,)] = self.ask("SELECT pg_current_wal_flush_lsn()")
        return self.ask(SYNCHRONOUS, [here]) == [(True,)]

    def take_over(self) -> None:
        """Follow no more, and take writes, for the time being without a standby."""
        self._run("pg_ctl", "promote", "-D", self.data, "-w", "-s")

    def kill(self) -> None:
        with suppress(subprocess.CalledProcessError):  # it has ended already: its disk was full
            super().kill()

    def stop(self) -> None:
        """End it in good order, whoever is connected."""
        self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-s")

    def ask(self, statement: str, arguments: list | None = None) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement, arguments)
            return cursor.fetchall() if cursor.description else []

    def end(self) -> None:
        self.kill()
        if self.disk:
            subprocess.run(["umount", "--lazy", self.data], check=True)
        super().end()

    def _make(self) -> None:
        self._mount()
        if self._primary:
            self._copy(self._primary)
        else:
            super()._make()
            self.set("synchronous_commit = remote_apply", "wal_retrieve_retry_interval = 200ms")
            self.set("min_wal_size = 32MB", "max_wal_size = 48MB", "wal_keep_size = 32MB", "max_wal_senders = 5")

    def _mount(self) -> None:
        data = Path(self.data)
        data.mkdir(mode=0o700)
        owner = self.folder.stat()
        shutil.chown(data, owner.st_uid, owner.st_gid)
        options = f"size={DISK},mode=700,uid={owner.st_uid},gid={owner.st_gid}"
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.data]
        if subprocess.run(mount, check=False, capture_output=True).returncode == 0:
            self.disk = SmallDisk(data)

    def _copy(self, primary: "Member") -> None:
        for path in Path(self.data).iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        primary.ask("ALTER SYSTEM RESET synchronous_standby_names")
        primary.ask("SELECT pg_reload_conf()")
        source = f"host={primary.folder} user=postgres application_name=standby"
        self._run("pg_basebackup", "-D", self.data, "-d", source, "-R", "-X", "stream", "-c", "fast", "-N")

    def _listen_here(self) -> None:
        self.set(f"unix_socket_directories = '{self.folder}'")


class Databases:
    """One or two servers, one of which is the primary."""

    def __init__(self, members: list[Member]) -> None:
        self._members = members

    @property
    def folders(self) -> list[str]:
        """The folders of their sockets, always in the same order."""
        return sorted(str(member.folder) for member in self._members)

    @property
    def primary(self) -> Member:
        return self._members[0]

    @property
    def has_standby(self) -> bool:
        return len(self._members) > 1

    def fail_over(self) -> None:
        """Let the primary crash for good, and the standby take its place; then make a new standby of what is left."""
        eventually(lambda: self.primary.has_standby)
        self.primary.kill()
        self._members.reverse()
        self.primary.take_over()
        self._members[1].follow(self.primary)

    def ensure_running(self) -> None:
        """Start the primary again if its disk was full."""
        with suppress(psycopg.OperationalError):
            self.primary.ask("SELECT")
            return
        self.primary.kill()
        self.primary.launch()


@contextmanager
def databases(with_standby: bool) -> Iterator[Databases]:
    """Yield running servers."""
    members = []
    try:
        members.append(Member())
        members[0].make()
        if with_standby:
            members.append(Member())
            members[1].follow(members[0])
        yield Databases(members)
    finally:
        for member in reversed(members):
            member.end()
