"""The nemesis: kill, stop or freeze the server, fill its disk, move its clock, cut it off from its SMTP server."""

import os
import signal
import time
from pathlib import Path
from random import Random

from support.server import Server
from support.small_disk import SmallDisk, SmallFiles
from support.smtp import MailServer
from torture.history import History
from torture.mail_fault import MailFault

MAX_JUMP = 300  # seconds; with longer ones, old entries of people's histories would be removed


class Nemesis:
    """Injects one fault after the other, chosen by `random`. After `heal` everything works again."""

    def __init__(
        self, server: Server, disk: SmallDisk | SmallFiles, mail: MailServer, history: History, random: Random
    ):
        self._server = server
        self._disk = disk
        self._history = history
        self._random = random
        self._mail_fault = MailFault(mail, random)
        self._disk_is_full = False

    def inject(self) -> None:
        """Inject any fault, whatever earlier ones have left behind."""
        [name] = self._random.choices(list(FAULT_WEIGHTS), list(FAULT_WEIGHTS.values()))
        self._history.add_fault(name)
        getattr(self, name)()
        time.sleep(self._random.uniform(0.05, 1.2))

    def kill(self) -> None:
        self._server.kill()
        self._history.add_server_end()
        self._start()

    def stop(self) -> None:
        self._server.stop(timeout=30)
        self._history.add_server_end()
        self._start()

    def freeze(self) -> None:
        os.kill(self._server.pid, signal.SIGSTOP)
        time.sleep(self._random.uniform(0.2, 2))
        os.kill(self._server.pid, signal.SIGCONT)

    def disk(self) -> None:
        """Fill the disk, for a moment or until another `disk` fault frees it."""
        if not self._disk_is_full:
            self._disk.fill(self._server)
            time.sleep(self._random.uniform(0, 0.7))
        if self._disk_is_full or self._random.random() < 0.6:
            self._disk.free(self._server)
            self._disk_is_full = False
        else:
            self._disk_is_full = True

    def clock(self) -> None:
        set_clock(self._server, self._history, self._random.randrange(MAX_JUMP * 1000))

    def smtp(self) -> None:
        self._mail_fault.inject()

    def heal(self) -> None:
        if self._disk_is_full:
            self.disk()
        self._mail_fault.heal()

    def _start(self) -> None:
        self._server.launch()
        if isinstance(self._disk, SmallFiles):
            self._disk_is_full = False  # the limit ended with the process
        if self._random.random() < 0.2:  # kill it while it is still starting
            time.sleep(self._random.uniform(0, 1))
            self._server.kill()
            self._history.add_server_end()
            self._server.launch()
        self._server.wait_until_it_answers("/groups")  # /healthz would fail while the disk is full


FAULT_WEIGHTS = {"kill": 5, "stop": 1, "freeze": 2, "disk": 4, "clock": 3, "smtp": 3}


def set_clock(server: Server, history: History, ahead: int) -> None:
    """Set how far the server's clock is ahead of the wall clock, in milliseconds."""
    file = Path(server.settings["TORTURE_CLOCK"])
    before = time.monotonic()
    new = file.with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(file)
    history.clock.jumped(before, time.monotonic(), ahead / 1000)
