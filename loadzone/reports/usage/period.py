"""The stretch of time that usage is asked for, and its hours and days in a time zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from loadzone.reports.usage.instants import DAY, HOUR, QUARTER, as_datetime

HOURLY_AT_MOST = 14 * DAY
_LOOK = 6 * HOUR  # no zone changes its offset twice in so short a time
_LAP = 10**7  # more hours than there will be: the hours of each stretch of one offset are apart


@dataclass(frozen=True, slots=True)
class Period:
    """From `begin` to `end` (not in it), in milliseconds at quarters of an hour."""

    begin: int
    end: int

    @property
    def before(self) -> Period:
        """The period of the same length before."""
        return Period(2 * self.begin - self.end, self.begin)

    @property
    def is_hourly(self) -> bool:
        """True if it is short enough to be shown by the hour."""
        return self.end - self.begin <= HOURLY_AT_MOST


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a period in which the zone is `offset` milliseconds ahead of UTC."""

    begin: int
    end: int
    offset: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """A local hour or day from `begin` to `end`, with its key in `Grid`."""

    key: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The hours or days of a period in a zone. An hour that the clock shows twice is there twice.

    The key of a quarter of an hour is `(quarter + offset) // size + lap`, with the offset and the lap of its stretch.
    """

    stretches: Sequence[Stretch]
    size: int  # in quarters of an hour
    laps: bool

    @classmethod
    def of(cls, period: Period, zone: tzinfo, hourly: bool) -> Grid:
        """Return the hours, or the days, of this period."""
        return cls(tuple(_stretches(period, zone)), (HOUR if hourly else DAY) // QUARTER, laps=hourly)

    @classmethod
    def whole(cls, period: Period) -> Grid:
        """Return a grid in which the period is one piece."""
        return cls((Stretch(period.begin, period.end, 0),), _LAP, laps=False)

    def buckets(self) -> list[Bucket]:
        """Return them in order of time."""
        found: list[Bucket] = []
        for number, stretch in enumerate(self.stretches):
            for key, begin, end in self._pieces(number, stretch):
                if found and found[-1].key == key:
                    found[-1] = Bucket(key, found[-1].begin, end)
                else:
                    found.append(Bucket(key, begin, end))
        return found

    def lap(self, number: int) -> int:
        """Return what is added to the keys of a stretch."""
        return number * _LAP if self.laps else 0

    def local(self, bucket: Bucket) -> int:
        """Return the bucket's number in local time: of the hour or day since 1970."""
        return bucket.key % _LAP if self.laps else bucket.key

    def _pieces(self, number: int, stretch: Stretch) -> Iterator[tuple[int, int, int]]:
        length = self.size * QUARTER
        begin = stretch.begin
        while begin < stretch.end:
            local = (begin + stretch.offset) // length
            end = min(stretch.end, (local + 1) * length - stretch.offset)
            yield local + self.lap(number), begin, end
            begin = end


def _stretches(period: Period, zone: tzinfo) -> Iterator[Stretch]:
    begin, offset = period.begin, _offset(period.begin, zone)
    at = period.begin
    while at < period.end:
        following = min(at + _LOOK, period.end)
        if _offset(following, zone) != offset:
            change = _change(at, following, zone)
            if change > begin:
                yield Stretch(begin, change, offset)
            begin, offset = change, _offset(change, zone)
        at = following
    if begin < period.end:
        yield Stretch(begin, period.end, offset)


def _change(early: int, late: int, zone: tzinfo) -> int:
    """Return the first quarter of an hour after `early` with the offset of `late`."""
    old = _offset(early, zone)
    while late - early > QUARTER:
        middle = (early + late) // 2 // QUARTER * QUARTER
        early, late = (middle, late) if _offset(middle, zone) == old else (early, middle)
    return late


def _offset(at: int, zone: tzinfo) -> int:
    moment: datetime = as_datetime(at).astimezone(zone)
    offset = moment.utcoffset()
    return int(offset.total_seconds() * 1000) // QUARTER * QUARTER if offset else 0
