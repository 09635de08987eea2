"""What the clients of a run use and what faults happen to: one server with a file, or several nodes on a database."""

from dataclasses import dataclass
from random import Random
from typing import Protocol

from support.inventory import inventory, machine
from support.server import ADMIN
from support.smtp import MailServer
from torture.acts_checker import Acts
from torture.group_checker import GROUP_ID, GROUP_NAME, MACHINES
from torture.history import History

CLIENTS, ADMINS = 16, 3
HOLD_SECONDS = 3
REMIND_SECONDS = (6, 1.8)
ADMIN_EMAILS = [ADMIN, *(f"admin-{n}@example.com" for n in range(1, ADMINS))]
EMAILS = ADMIN_EMAILS + [f"client-{number}@example.com" for number in range(CLIENTS - ADMINS)]


@dataclass(frozen=True)
class Options:
    """`nodes` 0: one server with a file. `fault` is the name of a fault to plant (planted.py, planted_in_nodes.py).

    `brief`: leave out what is only looked at in the end, such as that all letters are sent.
    With nodes, `standby`: the database has a standby, and `faults` names those to inject (MIXES of node_faults.py).
    """

    seconds: float
    seed: int
    machines: int = 8
    sockets: int = 24
    nodes: int = 0
    fault: str = ""
    brief: bool = False
    standby: bool = False
    faults: str = "all"


class Faults(Protocol):
    """Injects faults."""

    def inject(self) -> None:
        """Inject one fault, whichever."""

    def heal(self) -> None:
        """Let everything work again."""


class Site(Protocol):
    """A LoadZone that people use at `url`."""

    url: str

    def faults(self, random: Random, mail: MailServer, history: History) -> Faults:
        """Return what injects faults into it."""

    def restart(self) -> None:
        """End all of it and start it again."""

    def outbox(self) -> list[dict]:
        """Return the letters that wait, as in the data file."""

    def acts(self) -> Acts:
        """Return the lines of its history, and the state that they lead to."""

    @property
    def log_lines(self) -> list[str]:
        """Return what was logged so far."""


def machine_names(options: Options) -> list[str]:
    return [*(f"vm-{number}" for number in range(options.machines)), *MACHINES]


def first_inventory(options: Options) -> dict:
    """Return the data file with which a run begins."""
    vms = [machine(name, group=GROUP_ID if name in MACHINES else None) for name in machine_names(options)]
    return inventory(vms, [{"id": GROUP_ID, "name": GROUP_NAME, "vm_ids": list(MACHINES)}])


def settings(options: Options) -> dict[str, str]:
    return {
        "LOADZONE_ADMINS": ",".join(ADMIN_EMAILS),
        "LOADZONE_HOLD_MINUTES": str(HOLD_SECONDS / 60),
        "LOADZONE_REMIND_MINUTES": ",".join(str(seconds / 60) for seconds in REMIND_SECONDS),
        "TORTURE_FAULT": options.fault,
    }
