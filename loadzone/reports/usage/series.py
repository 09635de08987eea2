"""The course of the machine time: by day or hour, and by the hour of the week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from loadzone.reports.usage.period import Bucket, Grid
from loadzone.reports.usage.questions import Row

Times = list[tuple[int, int]]  # of each hour or day the milliseconds booked and in service
_MONDAY = 3  # the day of the week of 1 January 1970, a Thursday, from Monday on


def courses(buckets: Sequence[Bucket], edges: Iterable[Row], levels: Mapping[int, tuple[int, int]]) -> dict[int, Times]:
    """Return the times by group. `levels` are how many machines were booked and in service at the beginning."""
    by_group: defaultdict[int, dict[int, Row]] = defaultdict(dict)
    for group_key, bucket, *sums in edges:
        by_group[group_key][bucket] = sums
    return {key: _course(buckets, by_group[key], *levels.get(key, (0, 0))) for key in sorted({*by_group, *levels})}


def _course(buckets: Sequence[Bucket], edges: Mapping[int, Row], booked: int, service: int) -> Times:
    """Each machine that counts from an instant on has the time from there to the end of its hour or day."""
    times: Times = []
    for bucket in buckets:
        length = bucket.end - bucket.begin
        more_booked, booked_at, more_service, service_at = edges.get(bucket.key, (0, 0, 0, 0))
        in_booked = booked * length + more_booked * bucket.end - booked_at
        in_service = service * length + more_service * bucket.end - service_at
        times.append((in_booked, in_service))
        booked += more_booked
        service += more_service
    return times


def heat(grid: Grid, buckets: Sequence[Bucket], times: Times) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the milliseconds booked and in service by the day of the week (0: Monday) and the hour."""
    found: dict[tuple[int, int], tuple[int, int]] = {(day, hour): (0, 0) for day in range(7) for hour in range(24)}
    for bucket, (booked, service) in zip(buckets, times, strict=True):
        day, hour = divmod(grid.local(bucket), 24)
        key = ((day + _MONDAY) % 7, hour)
        found[key] = (found[key][0] + booked, found[key][1] + service)
    return found
