"""What becomes known of days that have sums already: it is added to those, or taken from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, Table

from loadzone.reports.usage import tables
from loadzone.reports.usage.day_sums import BOOKING, GIVEN_UP, TURN
from loadzone.reports.usage.instants import DAY
from loadzone.reports.usage.records import Booking, Piece, Wait
from loadzone.reports.usage.writing import add_up

Sums = defaultdict[tuple[int, ...], Counter[str]]


class LateSums:
    """Changes of the sums of the days before `summed`. `sign` is -1 for what is so no more."""

    def __init__(self, summed: int) -> None:
        self._summed = summed
        self._machines: Sums = defaultdict(Counter)
        self._people: Sums = defaultdict(Counter)
        self._lengths: Sums = defaultdict(Counter)

    def add_piece(self, piece: Piece) -> None:
        """Count a piece of a span."""
        if piece.day >= self._summed:
            return
        length = piece.ended - piece.began
        machine = self._machines[piece.vm, piece.day, piece.group_key]
        machine["service"] += length
        if piece.person is not None:
            machine["booked"] += length
            self._people[piece.person, piece.day, piece.group_key]["booked"] += length

    def add_booking(self, booking: Booking, sign: int = 1) -> None:
        """Count a booking where it began and where it ended."""
        day = booking.began // DAY
        if day < self._summed:
            self._machines[booking.vm, day, booking.group_key]["bookings"] += sign
            self._people[booking.person, day, booking.group_key]["bookings"] += sign
        if booking.ended is not None and booking.ended // DAY < self._summed:
            self._machines[booking.vm, booking.ended // DAY, booking.group_key][booking.how or ""] += sign
            self._add_length(BOOKING, booking, sign)

    def add_wait(self, wait: Wait, sign: int = 1) -> None:
        """Count a wait where it ended."""
        if wait.ended is not None and wait.ended // DAY < self._summed:
            self._add_length(TURN if wait.turn else GIVEN_UP, wait, sign)

    def write(self, connection: Connection) -> None:
        """Add what has changed to the sums."""
        _write(connection, tables.machine_days, self._machines)
        _write(connection, tables.person_days, self._people)
        _write(connection, tables.length_days, self._lengths)

    def _add_length(self, kind: int, record: Booking | Wait, sign: int) -> None:
        ended, length = record.ended or 0, record.length or 0
        self._lengths[ended // DAY, kind, record.group_key, length]["number"] += sign


def _write(connection: Connection, table: Table, sums: Mapping[tuple[int, ...], Counter[str]]) -> None:
    names = [column.name for column in table.columns if not column.primary_key]
    add_up(
        connection, table, [(*key, *(some[name] for name in names)) for key, some in sums.items() if any(some.values())]
    )
