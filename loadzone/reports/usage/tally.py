"""Sums for a machine, a group or all, and the figures that follow from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from loadzone.reports.usage.instants import HOUR
from loadzone.reports.usage.lengths import percentile
from loadzone.schemas.usage import FiguresResponse, WaitsResponse


@dataclass(slots=True)
class Tally:
    """Milliseconds booked and in service, bookings that began, and by class of length (lengths.py) those that ended.

    `ended` counts them by how; `turns` are the waits that ended with the turn, by class; `given_up` the others.
    """

    booked: int = 0
    service: int = 0
    bookings: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    turns: Counter[int] = field(default_factory=Counter)
    given_up: int = 0

    def add(self, other: Tally) -> None:
        """Add another one."""
        self.booked += other.booked
        self.service += other.service
        self.bookings += other.bookings
        self.ended.update(other.ended)
        self.lengths.update(other.lengths)
        self.turns.update(other.turns)
        self.given_up += other.given_up

    @property
    def is_empty(self) -> bool:
        """True if there was nothing."""
        return not (self.service or self.bookings or self.ended or self.turns or self.given_up)

    def figures(self) -> FiguresResponse:
        """Return the figures of an answer."""
        return {
            "booked_hours": hours(self.booked),
            "service_hours": hours(self.service),
            "ratio": ratio(self.booked, self.service),
            "bookings": self.bookings,
            "p50": _length(self.lengths, 0.5),
            "p95": _length(self.lengths, 0.95),
            "ended": dict(sorted(self.ended.items())),
            "waits": self._waits(),
            "given_up": self.given_up,
        }

    def _waits(self) -> WaitsResponse:
        turns = self.turns.total()
        return {"turns": turns, "p50": _length(self.turns, 0.5), "p95": _length(self.turns, 0.95)}


def hours(milliseconds: int) -> float:
    """Return hours, so exact that sums of them stay exact to the second."""
    return round(milliseconds / HOUR, 9)


def ratio(booked: int, service: int) -> float | None:
    """Return the part of the time in service that was booked; None without any."""
    return round(booked / service, 6) if service else None


def _length(counts: Counter[int], part: float) -> float | None:
    found = percentile(counts, part)
    return None if found is None else round(found / HOUR, 6)
