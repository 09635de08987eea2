"""Sums for a machine, a group or all, and the figures that follow from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from loadzone.reports.usage.day_sums import BOOKING, TURN
from loadzone.reports.usage.instants import HOUR
from loadzone.reports.usage.lengths import percentile
from loadzone.schemas.usage import FiguresResponse, WaitsResponse


@dataclass(slots=True)
class Tally:
    """Milliseconds booked and in service, bookings that began, and by class of length (lengths.py) those that ended.

    `ended` counts them by how; `turns` are the waits that ended with the turn, `waited` those by class; `given_up` the
    others. `percentiles` and `turn_percentiles`, in milliseconds, stand for those where the database has found them.
    """

    booked: int = 0
    service: int = 0
    bookings: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    turns: int = 0
    waited: Counter[int] = field(default_factory=Counter)
    given_up: int = 0
    percentiles: tuple[float, float] | None = None
    turn_percentiles: tuple[float, float] | None = None

    def add(self, other: Tally) -> None:
        """Add another one."""
        self.booked += other.booked
        self.service += other.service
        self.bookings += other.bookings
        self.ended.update(other.ended)
        self.lengths.update(other.lengths)
        self.turns += other.turns
        self.waited.update(other.waited)
        self.given_up += other.given_up

    def add_lengths(self, kind: int, length: int, number: int) -> None:
        """Add what ended with a length of this class: bookings, or waits with or without the turn."""
        if kind == BOOKING:
            self.lengths[length] += number
        elif kind == TURN:
            self.turns += number
            self.waited[length] += number
        else:
            self.given_up += number

    @property
    def is_empty(self) -> bool:
        """True if there was nothing."""
        return not (self.service or self.bookings or self.ended or self.turns or self.given_up)

    @property
    def is_idle(self) -> bool:
        """True if it was in service, and nobody had it."""
        return self.service > 0 and self.booked == 0

    def figures(self) -> FiguresResponse:
        """Return the figures of an answer."""
        median, most = self.percentiles or _percentiles(self.lengths)
        return {
            "booked_hours": hours(self.booked),
            "service_hours": hours(self.service),
            "ratio": ratio(self.booked, self.service),
            "bookings": self.bookings,
            "p50": _length(median),
            "p95": _length(most),
            "ended": dict(sorted(self.ended.items())),
            "waits": self._waits(),
            "given_up": self.given_up,
        }

    def _waits(self) -> WaitsResponse:
        median, most = self.turn_percentiles or _percentiles(self.waited)
        return {"turns": self.turns, "p50": _length(median), "p95": _length(most)}


def hours(milliseconds: int) -> float:
    """Return hours, so exact that sums of them stay exact to the second."""
    return round(milliseconds / HOUR, 9)


def ratio(booked: int, service: int) -> float | None:
    """Return the part of the time in service that was booked; None without any."""
    return round(booked / service, 6) if service else None


def _percentiles(counts: Counter[int]) -> tuple[float | None, float | None]:
    return percentile(counts, 0.5), percentile(counts, 0.95)


def _length(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds / HOUR, 6)
