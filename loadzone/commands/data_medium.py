"""The protocols of what the data commands work on: the JSON file, or a database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from loadzone.commands.histories import History
from loadzone.commands.terminal import exit_with_error, print_lines, warn
from loadzone.datafile.backups import Backups
from loadzone.datafile.checker import Report
from loadzone.domain.records import Place, State
from loadzone.domain.store import Transactions
from loadzone.reports.history_backups import HistoryBackups


class Target(Protocol):
    """A medium that nobody else writes, to be replaced as a whole."""

    @property
    def present(self) -> Report | None:
        """The report on its content: the state, and each problem. None: it is empty or not there."""
        ...

    @property
    def revision(self) -> int:
        """The revision of what is in it, even if the rest cannot be read."""
        ...

    def keep(self, action: str) -> None:
        """Keep what is in it among the backups, before an action such as `restore`. May end the command."""
        ...

    def keep_history(self, action: str) -> None:
        """Do as `keep` with the history, if there is one."""
        ...

    def replace(self, state: State, history: History | None) -> None:
        """Write both in the place of what is in it, as a whole or not at all; None: its own history stays.

        May end the command.
        """
        ...

    def replace_history(self, history: History) -> None:
        """Write only the history, as a whole or not at all. May end the command."""
        ...


class Changeable(Transactions, Protocol):
    """A medium that is open for one change. `state` is what is in it; `clock` tells the time for rules."""

    @property
    def state(self) -> State:
        """The state that it holds."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time by which rules go."""
        ...

    def keep(self, action: str) -> None:
        """As Target.keep; without a folder for backups there is a warning."""
        ...


class DataMedium(Protocol):
    """The JSON file or a database. What goes wrong ends the command, with a sentence."""

    @property
    def name(self) -> str:
        """Where it is, for people: without a password."""
        ...

    @property
    def once_changed(self) -> str:
        """The end of the sentence after a replacement: the operator's next step."""
        ...

    @property
    def once_imported(self) -> str:
        """The end of the sentence after an import: the operator's next step, or what running nodes do."""
        ...

    @property
    def backups(self) -> Backups | None:
        """The backups of it; None: no folder is named for them."""
        ...

    @property
    def history(self) -> History | None:
        """The history that belongs to it; None: it can have none."""
        ...

    @property
    def history_backups(self) -> HistoryBackups | None:
        """The backups of that; None: no folder is named for them."""
        ...

    def report(self) -> Report | None:
        """Return what is in it, and what is wrong with that; None: nothing."""
        ...

    def is_in_use(self) -> bool:
        """Tell whether a server has it."""
        ...

    def opened(self) -> AbstractContextManager[Target]:
        """Open it to be replaced, or end the command if a server has it."""
        ...

    def changing(self) -> AbstractContextManager[Changeable]:
        """Open it for one change. A file must not be in use; a database may be."""
        ...


def load_state(medium: DataMedium) -> State:
    """Return what is in the medium, or end the command. Repairs are printed as warnings."""
    return usable_state(medium.report(), medium.name) or exit_with_error(f"there is no data in {medium.name}")


def usable_state(report: Report | None, name: str) -> State | None:
    """Return the state of the report on this medium, or end the command if it has none; None: nothing is there."""
    if report is None:
        return None
    for sentence in report.repaired:
        warn(f"repaired: {sentence}")
    if report.state is None:
        print_lines(report.problems)
        exit_with_error(f"{name} cannot be used")
    return report.state


def summary(state: State) -> str:
    """Return how much is in the state, in one line."""
    places: list[Place] = [*state.vms.values(), *state.groups.values()]
    booked = sum(1 for vm in state.vms.values() if vm.booking)
    waiting = sum(len(place.queue) for place in places)
    return (
        f"machines: {len(state.vms)}, booked: {booked}, waiting: {waiting}, "
        f"groups: {len(state.groups)}, people: {len(state.users)}"
    )
