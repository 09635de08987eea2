"""The booking of a job that the server may have made, though its answer did not reach us."""

from __future__ import annotations

import secrets

from loadzone_cli.board import Board, Vm, booked_seconds, names_of

LEAST_MILLISECONDS = 2  # the mark is shorter, and above zero
MARKS = 999


class LostBooking:
    """Finds the booking on the board, however many jobs share one person's token: by its length, which is a mark."""

    def __init__(self, hours: float, heartbeat_minutes: float) -> None:
        self.is_possible = False  # whether a booking may have been made that we have not heard of
        self._length = marked_length(hours)
        self._heartbeat = heartbeat_minutes
        self._earlier: set[tuple[str, str]] = set()

    @property
    def hours(self) -> float:
        """Return the hours to book for."""
        return self._length / 3_600_000

    def expect(self, board: Board) -> None:
        """Take note that a call follows. What the board showed before the first such call is another's booking."""
        if not self.is_possible:
            self._earlier = {(vm["id"], vm["booked_at"]) for vm in board["vms"]}
        self.is_possible = True

    def find(self, board: Board, email: str) -> list[Vm]:
        """Return the machines that this person's call booked; none where the answer to each call has come."""
        if not self.is_possible:
            return []
        return [vm for vm in board["vms"] if vm["booked_by"] == email and self._is_ours(vm)]

    def _is_ours(self, vm: Vm) -> bool:
        is_marked = round(booked_seconds(vm) * 1000) == self._length
        is_new = not any((name, vm["booked_at"]) in self._earlier for name in names_of(vm))
        return is_marked and is_new and vm["heartbeat_minutes"] == self._heartbeat


def marked_length(hours: float) -> int:
    """Return the hours in milliseconds, less 1 to 999 by chance. Never the whole: others book whole hours."""
    length = max(LEAST_MILLISECONDS, round(hours * 3_600_000))
    return length - 1 - secrets.randbelow(min(MARKS, length - 1))
