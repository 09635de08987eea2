"""What is done to the server meanwhile: killed, stopped, frozen, its disk filled, its clock moved, its post cut."""

import os
import signal
import time
from pathlib import Path
from random import Random

from support.server import Server
from support.small_disk import SmallDisk, SmallFiles
from support.smtp import MailServer
from torture.history import Record

JUMP_AT_MOST = 300  # seconds; more, and people's histories would be cleaned


class Faults:
    """One fault after the other, chosen by `random`; whatever was broken is whole again after `mend`."""

    def __init__(self, server: Server, disk: SmallDisk | SmallFiles, mail: MailServer, record: Record, random: Random):
        self._server = server
        self._disk = disk
        self._mail = mail
        self._record = record
        self._random = random
        self._full = self._cut = False

    def one(self) -> None:
        """Any of them, in any state that the others left."""
        [name] = self._random.choices(list(FAULTS), list(FAULTS.values()))
        self._record.fault(name)
        getattr(self, name)()
        time.sleep(self._random.uniform(0.05, 1.2))

    def kill(self) -> None:
        self._server.kill()
        self._record.death()
        self._start()

    def stop(self) -> None:
        self._server.stop(timeout=30)
        self._record.death()
        self._start()

    def freeze(self) -> None:
        os.kill(self._server.pid, signal.SIGSTOP)
        time.sleep(self._random.uniform(0.2, 2))
        os.kill(self._server.pid, signal.SIGCONT)

    def disk(self) -> None:
        """Full for a moment, or until further faults have come."""
        if not self._full:
            self._disk.fill(self._server)
            time.sleep(self._random.uniform(0, 0.7))
        if self._full or self._random.random() < 0.6:
            self._disk.free(self._server)
            self._full = False
        else:
            self._full = True

    def clock(self) -> None:
        set_clock(self._server, self._record, self._random.randrange(JUMP_AT_MOST * 1000))

    def smtp(self) -> None:
        """Away, back, or there and unwilling."""
        if self._cut:
            self._mail.start()
        else:
            self._mail.stop()
            self._mail.answer = self._random.choice(["250 OK", "250 OK", "451 later"])
        self._cut = not self._cut

    def mend(self) -> None:
        if self._full:
            self.disk()
        if self._cut:
            self.smtp()
        self._mail.answer = "250 OK"

    def _start(self) -> None:
        self._server.launch()
        if isinstance(self._disk, SmallFiles):
            self._full = False  # the limit died with the process
        if self._random.random() < 0.2:  # not even started
            time.sleep(self._random.uniform(0, 1))
            self._server.kill()
            self._record.death()
            self._server.launch()
        self._server.wait_until_it_answers("/groups")  # it is not healthy where the disk is full


# How often each comes, by weight.
FAULTS = {"kill": 5, "stop": 1, "freeze": 2, "disk": 4, "clock": 3, "smtp": 3}


def set_clock(server: Server, record: Record, ahead: int) -> None:
    """From now on the server's clock shows so many milliseconds more than the wall's."""
    file = Path(server.settings["TORTURE_CLOCK"])
    before = time.monotonic()
    new = file.with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(file)
    record.clock.jumped(before, time.monotonic(), ahead / 1000)
