"""Replaces what a file or a database has, for `data restore` and `data copy`."""

from __future__ import annotations

from loadzone.commands.data_medium import DataMedium, Target
from loadzone.commands.histories import History
from loadzone.commands.terminal import exit_with_error
from loadzone.datafile.checker import Report
from loadzone.datafile.writer import encoded
from loadzone.domain.records import State


def replace(medium: DataMedium, target: Target, state: State, action: str, history: History | None = None) -> None:
    """Replace what is in the medium, which is kept among the backups; then read it back and compare.

    `history` None: its own history stays.
    Open pages accept no revision older than the last one they have seen, so the state gets one that is newer than both.
    May end the command.
    """
    if has_data(target.present):
        target.keep(action)
    if history:
        target.keep_history(action)
    if target.revision:
        state.revision = max(state.revision, target.revision) + 1
    target.replace(state, history)
    written = medium.report()
    if written is None or written.state is None or not is_same(written.state, state):
        exit_with_error(f"{medium.name} was written, but what is read from it now differs; do not use it")
    if history:
        compare(medium, history)


def replace_history(medium: DataMedium, target: Target, history: History, action: str) -> None:
    """Replace only the history, which is kept among the backups; then read it back and compare. May end the command."""
    target.keep_history(action)
    target.replace_history(history)
    compare(medium, history)


def compare(medium: DataMedium, history: History) -> None:
    """End the command if the medium's history is not the same."""
    if not has_same_history(medium, history):
        exit_with_error(f"the history of {medium.name} was written, but what is read from it now differs")


def has_data(report: Report | None) -> bool:
    """Tell whether there is something that would be lost; what cannot be read counts too."""
    if report is None or report.state is None:
        return report is not None
    state = report.state
    return bool(state.vms or state.groups or state.users or state.letters or state.deleted or state.rest)


def is_same(state: State, other: State) -> bool:
    """Tell whether both are the same to the byte, with the order of everything."""
    return encoded(state) == encoded(other)


def has_same_history(medium: DataMedium, history: History | None) -> bool:
    """Tell whether the medium's history is this one; None: it is to stay."""
    return history is None or (medium.history is not None and medium.history.amount() == history.amount())
