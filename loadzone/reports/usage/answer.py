"""The answer of GET /usage: the figures that docs/usage.md defines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import Connection

from loadzone.lib.concurrency import yield_to_others
from loadzone.lib.times import iso
from loadzone.reports.usage import progress
from loadzone.reports.usage.gathering import (
    Known,
    by_group,
    by_machine,
    by_person,
    known_machines,
    running_levels,
    times_by_group,
)
from loadzone.reports.usage.instants import as_datetime
from loadzone.reports.usage.period import Grid, Period
from loadzone.reports.usage.questions import Questions
from loadzone.reports.usage.records import NO_GROUP
from loadzone.reports.usage.series import Times, courses, heat
from loadzone.reports.usage.tally import Tally, hours, ratio
from loadzone.schemas import usage as shapes

LISTED = 200  # people and tokens; the others are one sum
AT_ONCE = 200  # machines whose figures are made before others run


@dataclass(frozen=True, slots=True)
class GroupNow:
    """A group as it is now. `group_id` is None for the machines in none."""

    key: int
    group_id: int | None
    name: str
    gone: bool


def answer(
    connection: Connection, period: Period, zone: tzinfo, zone_name: str, group_id: int | None
) -> shapes.UsageResponse:
    """Return the figures of the period, and those of the period before."""
    return _Answer(connection, period, zone, zone_name, group_id).whole()


class _Answer:
    def __init__(
        self, connection: Connection, period: Period, zone: tzinfo, zone_name: str, group_id: int | None
    ) -> None:
        self._connection = connection
        self._period = period
        self._zone, self._zone_name = zone, zone_name
        self._summed = progress.summed_to(connection) or 0
        every = Questions(connection, period, self._summed)
        self._groups = {NO_GROUP: GroupNow(NO_GROUP, None, "", False)}
        for key, its_id, name, gone in every.groups():
            self._groups[int(key or 0)] = GroupNow(int(key or 0), int(its_id or 0), str(name), bool(gone))
        those = [one.key for one in self._groups.values() if (one.group_id or 0) == group_id]
        self._keys = keys = None if group_id is None else those
        self._ask = Questions(connection, period, self._summed, keys)
        self._machines = known_machines(every)

    def whole(self) -> shapes.UsageResponse:
        """Return the answer."""
        grid = Grid.of(self._period, self._zone, self._period.is_hourly)
        course = times_by_group(self._ask, self._machines, grid)
        sums = self._ask.machine_sums()
        groups, machines = by_group(self._ask, sums, course), by_machine(self._ask, sums, self._machines)
        since = progress.since(self._connection)
        people, others = self._people()
        answer: shapes.UsageResponse = {
            "from": _time(self._period.begin),
            "to": _time(self._period.end),
            "zone": self._zone_name,
            "since": None if since is None else _time(since),
            "total": _sum(groups.values()).figures(),
            "groups": self._by_group(groups),
            "machines": self._by_machine(machines),
            "people": people,
            "others": others,
            "unused": self._unused(machines),
            "heat": self._heat(),
            "series": self._series(grid, course),
            "before": self._before(),
        }
        return answer

    def _by_group(self, found: dict[int, Tally]) -> list[shapes.GroupUsageResponse]:
        groups = [group for key, group in self._groups.items() if key in found and not found[key].is_empty]
        return [
            {"group_id": group.group_id, "name": group.name, "gone": group.gone, **found[group.key].figures()}
            for group in groups
        ]

    def _by_machine(self, found: dict[int, Tally]) -> list[shapes.MachineUsageResponse]:
        machines = [machine for machine in self._machines if machine.vm in found and not found[machine.vm].is_empty]
        parts = range(0, len(machines), AT_ONCE)
        return [one for first in parts for one in self._some_machines(machines[first : first + AT_ONCE], found)]

    def _some_machines(self, machines: list[Known], found: dict[int, Tally]) -> list[shapes.MachineUsageResponse]:
        self._let_others_run()
        return [
            {
                "vm_id": machine.vm_id,
                "group_id": self._groups[machine.group_key].group_id,
                "gone": machine.gone,
                **found[machine.vm].figures(),
            }
            for machine in machines
        ]

    def _people(self) -> tuple[list[shapes.PersonUsageResponse], shapes.OthersUsageResponse]:
        """Return those with most, and the sum of the others."""
        self._let_others_run()
        rows = sorted(by_person(self._ask, self._machines).items(), key=lambda row: (*(-one for one in row[1]), row[0]))
        listed, others = rows[:LISTED], rows[LISTED:]
        names = {key: (str(email), str(token)) for key, email, token in self._ask.people([key for key, _ in listed])}
        people: list[shapes.PersonUsageResponse] = [
            {"email": names[key][0], "token": names[key][1], "booked_hours": hours(booked), "bookings": number}
            for key, (booked, number) in listed
        ]
        booked, number = sum(row[1][0] for row in others), sum(row[1][1] for row in others)
        return people, {"number": len(others), "booked_hours": hours(booked), "bookings": number}

    def _unused(self, found: dict[int, Tally]) -> list[shapes.UnusedResponse]:
        """Return the machines that are there and that nobody had, those unused for longest first."""
        idle = [one for one in self._machines if not one.gone and one.vm in found and found[one.vm].is_idle]
        last = {row[0]: (str(row[1]), int(row[2] or 0)) for row in self._ask.last_uses([one.vm for one in idle])}
        idle.sort(key=lambda one: (last.get(one.vm, ("", 0))[1], one.vm_id))
        return [self._unused_one(one, found[one.vm].service, last.get(one.vm)) for one in idle]

    def _unused_one(self, machine: Known, service: int, last: tuple[str, int] | None) -> shapes.UnusedResponse:
        return {
            "vm_id": machine.vm_id,
            "group_id": self._groups[machine.group_key].group_id,
            "service_hours": hours(service),
            "last_use": {"email": last[0], "ended": _time(last[1])} if last else None,
        }

    def _heat(self) -> list[shapes.HeatResponse]:
        self._let_others_run()
        grid = Grid.of(self._period, self._zone, hourly=True)
        buckets = grid.buckets()
        levels = running_levels(self._ask, self._machines).values()
        level = sum(booked for booked, _ in levels), sum(service for _, service in levels)
        [times] = courses(buckets, self._ask.edges(grid, by_group=False), {0: level}).values()
        return [
            {
                "weekday": day,
                "hour": hour,
                "booked_hours": hours(booked),
                "service_hours": hours(service),
                "ratio": ratio(booked, service),
            }
            for (day, hour), (booked, service) in heat(grid, buckets, times).items()
        ]

    def _series(self, grid: Grid, course: dict[int, Times]) -> shapes.SeriesResponse:
        self._let_others_run()
        shown = {key: times for key, times in course.items() if any(service for _, service in times)}
        return {
            "step": "hour" if self._period.is_hourly else "day",
            "starts": [_time(bucket.begin) for bucket in grid.buckets()],
            "groups": [self._line(key, shown[key]) for key in self._groups if key in shown],
        }

    def _line(self, key: int, times: Times) -> shapes.LineResponse:
        group = self._groups[key]
        return {
            "group_id": group.group_id,
            "name": group.name,
            "gone": group.gone,
            "booked_hours": [hours(booked) for booked, _ in times],
            "service_hours": [hours(service) for _, service in times],
        }

    def _before(self) -> shapes.BeforeResponse:
        self._let_others_run()
        before = self._period.before
        ask = Questions(self._connection, before, self._summed, self._keys)
        found = by_group(ask, ask.machine_sums(), times_by_group(ask, self._machines, Grid.whole(before)))
        return {
            "from": _time(before.begin),
            "to": _time(before.end),
            "total": _sum(found.values()).figures(),
            "groups": self._by_group(found),
        }

    def _let_others_run(self) -> None:
        """With PostgreSQL this runs on the server's own thread, with SQLite on another."""
        if self._connection.dialect.name == "postgresql":
            yield_to_others()


def _sum(found: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in found:
        total.add(tally)
    return total


def _time(milliseconds: int) -> str:
    return iso(as_datetime(milliseconds))
