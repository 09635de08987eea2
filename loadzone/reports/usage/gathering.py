"""Gathers the tallies of a period: what is over, and what still runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from loadzone.reports.usage.lengths import middle
from loadzone.reports.usage.period import Grid, Period
from loadzone.reports.usage.questions import Cell, Questions, Row
from loadzone.reports.usage.series import Times, courses
from loadzone.reports.usage.tables import ENDINGS
from loadzone.reports.usage.tally import Tally


@dataclass(frozen=True, slots=True)
class Known:
    """A machine as it is now, with the span that runs. `counts`: it is in service or booked."""

    vm: int
    vm_id: str
    group_key: int
    gone: bool
    counts: bool
    since: int
    person: int | None


def known_machines(questions: Questions) -> list[Known]:
    """Return all machines."""
    return [
        Known(_int(vm), str(vm_id), _int(group_key), bool(gone), bool(counts), _int(since), _or_none(person))
        for vm, vm_id, group_key, gone, counts, since, person in questions.machines()
    ]


def by_machine(questions: Questions, sums: list[Row], machines: list[Known]) -> dict[int, Tally]:
    """Return the tallies by machine. `sums` are those of its machines (Questions.machine_sums)."""
    found: defaultdict[int, Tally] = defaultdict(Tally)
    for vm, _, booked, service, *counts in sums:
        found[vm].booked += booked
        found[vm].service += service
        _add_counts(found[vm], counts)
    for machine in _running(questions, machines):
        time = overlap(questions.period, machine.since)
        found[machine.vm].service += time
        found[machine.vm].booked += time if machine.person is not None else 0
    for vm, _, _, *classes in questions.booking_percentiles():
        found[vm].percentiles = _lengths(classes)
    for vm, with_turn, number, *classes in questions.wait_percentiles():
        if with_turn:
            found[vm].turns, found[vm].turn_percentiles = number, _lengths(classes)
        else:
            found[vm].given_up = number
    return dict(found)


def times_by_group(questions: Questions, machines: list[Known], grid: Grid) -> dict[int, Times]:
    """Return the course of the time booked and in service, by the key of the group."""
    return courses(grid.buckets(), questions.edges(grid), running_levels(questions, machines))


def by_group(questions: Questions, sums: list[Row], course: Mapping[int, Times]) -> dict[int, Tally]:
    """Return the tallies by the key of the group, of which the course of times is known."""
    found: defaultdict[int, Tally] = defaultdict(Tally)
    for group_key, times in course.items():
        found[group_key].booked = sum(booked for booked, _ in times)
        found[group_key].service = sum(service for _, service in times)
    for _, group_key, _, _, *counts in sums:
        _add_counts(found[group_key], counts)
    for kind, group_key, length, number in questions.lengths():
        found[group_key].add_lengths(kind, length, number)
    return dict(found)


def by_person(questions: Questions, machines: list[Known]) -> dict[int, tuple[int, int]]:
    """Return the milliseconds and the number of bookings by the key of a person or token."""
    booked: defaultdict[int, int] = defaultdict(int)
    numbers: dict[int, int] = {}
    for person, time, number in questions.person_sums():
        booked[person], numbers[person] = time, number
    for machine in _running(questions, machines):
        if machine.person is not None:
            booked[machine.person] += overlap(questions.period, machine.since)
    return {person: (time, numbers.get(person, 0)) for person, time in booked.items()}


def running_levels(questions: Questions, machines: list[Known]) -> dict[int, tuple[int, int]]:
    """Return how many machines were booked, and how many counted as in service, when the period began, by group."""
    levels = {group_key: (booked, service) for group_key, booked, service in questions.levels()}
    for machine in _running(questions, machines):
        if machine.since < questions.period.begin:
            booked, service = levels.get(machine.group_key, (0, 0))
            levels[machine.group_key] = (booked + (machine.person is not None), service + 1)
    return levels


def overlap(period: Period, since: int) -> int:
    """Return how much of what runs since then lies in the period."""
    return max(0, period.end - max(since, period.begin))


def _running(questions: Questions, machines: list[Known]) -> list[Known]:
    """Return the machines whose running span counts in this period and these groups."""
    keys = None if questions.keys is None else set(questions.keys)
    return [
        machine
        for machine in machines
        if machine.counts and machine.since < questions.period.end and (keys is None or machine.group_key in keys)
    ]


def _add_counts(tally: Tally, counts: list[int]) -> None:
    begun, *ended = counts
    tally.bookings += begun
    tally.ended.update({how: number for how, number in zip(ENDINGS, ended, strict=True) if number})


def _lengths(classes: list[int]) -> tuple[float, float]:
    median, most = classes
    return middle(median), middle(most)


def _int(cell: Cell) -> int:
    return int(cell or 0)


def _or_none(cell: Cell) -> int | None:
    return None if cell is None else int(cell)
