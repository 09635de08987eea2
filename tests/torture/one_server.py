"""One server with a data file on a small disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from loadzone.datafile.reader import read_state
from loadzone.reports.engines import sqlite_engine
from loadzone.reports.files import history_of
from support.server import Server, data_file
from support.small_disk import SmallDisk, SmallFiles, small_disk
from support.smtp import MailServer
from torture.acts_checker import Acts
from torture.history import History
from torture.nemesis import Nemesis, set_clock
from torture.recorded_acts import recorded
from torture.site import Options, first_inventory, settings


class OneServer:
    """A Site (site.py)."""

    def __init__(self, server: Server, disk: SmallDisk | SmallFiles, history: History) -> None:
        self._server = server
        self._disk = disk
        self._history = history
        self.url = server.url

    def faults(self, random: Random, mail: MailServer, history: History) -> Nemesis:
        return Nemesis(self._server, self._disk, mail, history, random)

    def restart(self) -> None:
        self._server.stop(timeout=30)
        self._history.add_server_end()
        self._server.start()

    def outbox(self) -> list[dict]:
        return self._server.stored().get("outbox", [])

    def acts(self) -> Acts:
        state, _ = read_state(self._server.data.read_bytes())
        return recorded(state, sqlite_engine(history_of(self._server.data)))

    @property
    def log_lines(self) -> list[str]:
        return self._server.log_lines


@contextmanager
def one_server(folder: Path, options: Options, mail: MailServer, history: History) -> Iterator[OneServer]:
    """Yield a server that runs, with its files in an empty folder."""
    small = folder / "disk"
    small.mkdir()
    with small_disk(small, "64m") as disk:  # with less left, the history is not written
        file = data_file(small, first_inventory(options))
        program, clock = "tests/torture/serve.py", str(folder / "clock")
        server = Server(file, program=program, TORTURE_CLOCK=clock, **settings(options), **mail.settings)
        set_clock(server, history, 0)
        try:
            server.start()
            yield OneServer(server, disk, history)
        finally:
            server.stop(timeout=30)
