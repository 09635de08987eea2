"""Lines of a history of the tests' own, and what a search in them should find."""

import random
from datetime import datetime, timedelta, timezone

from loadzone.domain.history_line import HistoryLine
from loadzone.reports.finding import Lines
from loadzone.reports.wanted import Wanted

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
PEOPLE = ("anna@example.com", "boris@example.com", "kim@example.com")
MACHINES = ("server-01", "server-02", "gpu-01", "Стенд-7")
REASONS = ("", "", "load test", "Нагрузочный тест", "100% of it", "a_b", "idle since yesterday", "ab")
MACHINE_KINDS = ("booked", "renewed", "released", "maintenance_began")


def make_lines(count, seed=1, epoch=1, first=1):
    """Return so many lines; some concern people alone, and the clock was set back once."""
    chance, made = random.Random(seed), []
    for number in range(first, first + count):
        minutes = 7 * number - (300 if number > first + count // 2 else 0)
        line = HistoryLine(number, epoch, START + timedelta(minutes=minutes), chance.choice(MACHINE_KINDS))
        made.append(_with_more(line, chance))
    return made


def _with_more(line, chance):
    actor, person = chance.choice((*PEOPLE, None)), chance.choice((*PEOPLE, None))
    more = {"actor": actor, "email": person, "reason": chance.choice(REASONS)}
    if chance.random() < 0.2:
        return HistoryLine(line.id, line.epoch, line.at, "token_made", **more)
    vm = chance.randrange(len(MACHINES))
    more |= {"vm": vm + 1, "vm_id": MACHINES[vm], "changed": {"note": ["", chance.choice(REASONS)]}}
    if vm % 2:
        more |= {"group_id": 5, "group": "Тестовые"}
    return HistoryLine(line.id, line.epoch, line.at, line.action, **more)


def make_wanted(chance):
    """Return something that a reader may ask for."""

    def perhaps(*values):
        return chance.choice(values) if chance.random() < 0.3 else None

    since = perhaps(*(START + timedelta(hours=hour) for hour in range(0, 30, 3)))
    return Wanted(
        vms=perhaps((1,), (2, 4), (3, 99)),
        group_id=perhaps(5, 6),
        person=perhaps(*PEOPLE),
        actions=perhaps(("booked",), ("renewed", "token_made"), (*"abcdefgh", "released")) or (),
        since=since,
        until=since and perhaps(since + timedelta(hours=5), since + timedelta(hours=1)),
        needles=perhaps(("load", "test"), ("тест",), ("стенд",), ("0%",), ("a_b",), ("ab",), ("kim@",), ("%",)) or (),
        with_people=chance.random() < 0.5,
    )


def pages_of(history, state, wanted, limit):
    """Return all lines that the pages show, one page after the other."""

    def walk(connection):
        shown, before = [], None
        while True:
            page = Lines(connection, state).page(wanted, before, limit)
            assert len(page.lines) <= limit
            shown += page.lines
            if page.next is None:
                return shown
            assert before is None or page.next < before
            before = page.next

    return history.read(walk)
