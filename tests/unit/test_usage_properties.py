"""Usage over random walks of the rules: the same numbers as a slow, obvious computation, to the second."""

import os
from datetime import datetime, timedelta, timezone
from random import Random, SystemRandom
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, select

from loadzone.reports.usage import tables
from loadzone.reports.usage.answer import answer
from loadzone.reports.usage.instants import as_datetime, as_number
from loadzone.reports.usage.keeper import keep
from loadzone.reports.usage.period import Period
from loadzone.rules import queue
from unit.test_properties import AnyOrder
from unit.test_random_walks import CHOICES, STEPS_BY_NAME
from unit.usage_sums import assert_sums_are_right
from unit.usage_truth import Truth

WALKS, STEPS = 40, 40
SECOND = 1 / 3600
# Clocks change on these nights: by an hour, by half of one; and zones that are half an hour or 45 minutes off.
NIGHTS = [datetime(2027, 3, 27, 22, 50, tzinfo=timezone.utc), datetime(2027, 4, 3, 13, 40, tzinfo=timezone.utc)]
AUTUMN = [datetime(2027, 10, 2, 14, 55, tzinfo=timezone.utc), datetime(2027, 10, 30, 23, 20, tzinfo=timezone.utc)]
ZONES = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Kolkata", "America/St_Johns"]


class Watched(AnyOrder):
    """The walk, with each state shown to the truth."""

    def begin(self, most):
        super().begin(most)
        world, do = self.world, self.world.do
        self.truth, self.start = None, world.now

        def watched_do(rule, *arguments, **named):
            try:
                answer = do(rule, *arguments, **named)
                self.truth.doubt(world.events, world.state)
            finally:
                self.truth.see(world.state, world.now)
            if rule is queue.join and answer == ("ok", 0):
                self.truth.serve_at_once(named["actor"], world.now)
            return answer

        self.truth = Truth(world.state, world.now)
        world.do = watched_do

    def a_night_comes(self, night):
        self.world.now = max(self.world.now, night)


def walk_of(r):
    steps = [("begin", {"most": r.choice([2, 100])})]
    steps += [(name, STEPS_BY_NAME[name](r)) for name in r.choices([*CHOICES, "time_passes", "time_passes"], k=STEPS)]
    for night in sorted([r.choice(NIGHTS), r.choice(AUTUMN)]):
        steps.insert(r.randrange(1, len(steps)), ("a_night_comes", {"night": night}))
    return steps


def take(engine, lines, r):
    """Let the database keep the lines, some at once."""
    while lines:
        some = r.randint(1, 60)
        with engine.begin() as connection:
            keep(connection, lines[:some])
        lines = lines[some:]


def periods(r, walk):
    """Return periods around what happened: the last weeks, and parts of them."""
    last = as_number(walk.world.now) // 900_000
    for days in (3, 12, 40):
        to = last - r.randrange(0, 24 * 4)
        yield Period((to - r.randint(1, days * 96)) * 900_000, to * 900_000)


def of(groups, *names):
    """Return the sums by id. A group that is gone and another one can have the same."""
    found = {}
    for group in groups:
        sums = found.setdefault(group["group_id"], [0] * len(names))
        found[group["group_id"]] = [before + group[name] for before, name in zip(sums, names, strict=True)]
    return found


def assert_same(found, wanted):
    for key in {*found, *wanted}:
        for ours, theirs in zip(found.get(key, (0, 0)), wanted.get(key, (0, 0)), strict=True):
            assert abs(ours - theirs) < SECOND, (key, ours, theirs)


def check(connection, walk, period, zone):
    begin, end = (datetime.fromtimestamp(at / 1000, timezone.utc) for at in (period.begin, period.end))
    truth, found = walk.truth, answer(connection, period, ZoneInfo(zone), zone, None)
    hours = ("booked_hours", "service_hours")
    assert_same(of(found["groups"], *hours), truth.hours(begin, end, lambda one: one.group))
    names = {vm.number: vm.id for vm in walk.world.state.vms.values()}
    present = {one["vm_id"]: tuple(one[name] for name in hours) for one in found["machines"] if not one["gone"]}
    by_vm = truth.hours(begin, end, lambda one: one.vm)
    assert_same(present, {names[vm]: both for vm, both in by_vm.items() if vm in names})
    people = {one["email"]: (one["booked_hours"], one["booked_hours"]) for one in found["people"]}
    by_holder = truth.hours(begin, end, lambda one: one.holder)
    assert_same(people, {holder: both for holder, both in by_holder.items() if holder})
    before = (begin - (end - begin), begin)
    assert_same(of(found["before"]["groups"], *hours), truth.hours(*before, lambda one: one.group))
    check_course(found, truth, begin, end, ZoneInfo(zone))
    check_counts(found["groups"], found["total"], truth, begin, end)
    check_waits(found["total"], waits_of(connection), begin, end)


def check_course(found, truth, begin, end, zone):
    def place(group, quarter):
        local = quarter.astimezone(zone)
        return local.weekday(), local.hour

    heat = {(one["weekday"], one["hour"]): (one["booked_hours"], one["service_hours"]) for one in found["heat"]}
    assert_same(heat, truth.course(begin, end, place))
    series, ours = found["series"], {}
    starts = [datetime.fromisoformat(start[:-1] + "+00:00") for start in series["starts"]]
    for group in series["groups"]:
        for start, booked, service in zip(starts, group["booked_hours"], group["service_hours"], strict=True):
            local = start.astimezone(zone)
            key = local.date() if series["step"] == "day" else (local.date(), local.hour, local.utcoffset())
            was = ours.get((group["group_id"], key), (0, 0))
            ours[group["group_id"], key] = (was[0] + booked, was[1] + service)

    def day_or_hour(group, quarter):
        local = quarter.astimezone(zone)
        return group, local.date() if series["step"] == "day" else (local.date(), local.hour, local.utcoffset())

    assert_same(ours, truth.course(begin, end, day_or_hour))


def check_counts(groups, total, truth, begin, end):
    assert {key: number for key, [number] in of(groups, "bookings").items() if number} == truth.begun(begin, end)
    lengths = truth.lengths(begin, end)
    assert sum(total["ended"].values()) == len(lengths)
    assert_percentiles(total, lengths)


def waits_of(connection):
    """Return the waits that are kept, by person and beginning."""
    joined = tables.waits.join(tables.people, tables.people.c.key == tables.waits.c.person)
    query = select(tables.people.c.email, tables.waits.c.began, tables.waits.c.ended, tables.waits.c.turn)
    rows = connection.execute(query.select_from(joined))
    return {(email, as_datetime(began)): (ended and as_datetime(ended), turn) for email, began, ended, turn in rows}


def check_waits(total, waits, begin, end):
    over = [(began, *wait) for (_, began), wait in waits.items() if wait[0] and begin <= wait[0] < end]
    turns = sorted((ended - began) / timedelta(hours=1) for began, ended, turn in over if turn)
    assert (total["waits"]["turns"], total["given_up"]) == (len(turns), len(over) - len(turns))
    assert_percentiles(total["waits"], turns)


def assert_percentiles(figures, lengths):
    for name, part in (("p50", 0.5), ("p95", 0.95)):
        if lengths:
            exact = lengths[-(-len(lengths) * round(part * 100) // 100) - 1]
            assert figures[name] == pytest.approx(exact, rel=0.05, abs=2 * SECOND)
        else:
            assert figures[name] is None


def check_walk(r, engine):
    """Compare the figures of a walk with what its states say."""
    walk = Watched()
    for name, arguments in walk_of(r):
        getattr(walk, name)(**arguments)
    walk.time_passes(minutes=r.choice([0, 40, 3000]))  # bookings still run, or end late: the server was down
    walk.timer()
    take(engine, list(walk.world.state.history.values()), r)
    with engine.connect() as connection:
        assert_sums_are_right(connection)
        waits, unclear = waits_of(connection), walk.truth.unclear
        wanted = {key: (known["end"], known["turn"]) for key, known in walk.truth.waits.items() if key not in unclear}
        assert {key: wait for key, wait in waits.items() if key not in unclear} == wanted
        for period in periods(r, walk):
            check(connection, walk, period, r.choice(ZONES))


@pytest.mark.parametrize("number", range(WALKS))
def test_figures_are_those_of_a_slow_computation(number):
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    check_walk(Random(SystemRandom().randrange(2**32) if os.environ.get("EXPLORE") else number), engine)
