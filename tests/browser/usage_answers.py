"""Answers of GET /usage, made of nothing but chance and a seed, to see what the page does with many groups and days."""

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route

from support.inventory import moment, stamp

HOUR = timedelta(hours=1)
HOURLY_WITHIN = timedelta(days=14)
NONE = {"turns": 0, "p50": None, "p95": None}
GROUPS = ("Production", "Staging", "Build farm")
PEOPLE = ("m.orlova", "ci", "v.lebedev", "a.kim", "d.petrov", "ann", *(f"person{n}" for n in range(14)))


def fulfil(route: Route, change: Callable[[dict], None] = lambda _: None, **made: object) -> None:
    """Answer the request with `answer` for its period, after `change`."""
    asked = parse_qs(urlsplit(route.request.url).query)
    found = answer(moment(asked["from"][0]), moment(asked["to"][0]), **made)
    change(found)
    route.fulfill(json=found)


def fulfil_as_usual(route: Route) -> None:
    """Answer the request with `answer` for its period."""
    fulfil(route)


def answer(
    begin: datetime, end: datetime, groups: tuple[str, ...] = GROUPS, machines: int = 29, since: datetime | None = None
) -> dict:
    """Return what the server would say of a period. The step of the series is a day of 24 hours, or an hour."""
    chance = random.Random(5)
    step = HOUR if end - begin <= HOURLY_WITHIN else 24 * HOUR
    starts = [begin + number * step for number in range(math.ceil((end - begin) / step))]
    size = machines / max(1, len(groups)) * (step / HOUR)
    lines = [_line(chance, number, name, starts, size) for number, name in enumerate(groups, 1)]
    by_group = [{**_of(line), **_figures(chance, line)} for line in lines]
    total = _total(by_group)
    return {
        "from": stamp(begin),
        "to": stamp(end),
        "zone": "UTC",
        "since": stamp(since or begin - 2 * (end - begin)),
        "total": total,
        "groups": by_group,
        "machines": [
            {"vm_id": f"vm-{n}", "group_id": None, "gone": False, **total} for n in range(machines if groups else 0)
        ],
        "people": [
            {"email": f"{name}@example.com", "token": "", "booked_hours": 900.0 - 43 * n, "bookings": 90 - n}
            for n, name in enumerate(PEOPLE if groups else ())
        ],
        "others": {"number": 0, "booked_hours": 0.0, "bookings": 0},
        "unused": _unused(begin, machines // 6 if groups else 0),
        "heat": [_cell(chance, day, hour) for day in range(7) for hour in range(24)],
        "series": {
            "step": "hour" if step == HOUR else "day",
            "starts": [stamp(start) for start in starts],
            "groups": lines,
        },
        "before": {
            "from": stamp(begin - (end - begin)),
            "to": stamp(begin),
            "total": {**total, "ratio": 0.5, "booked_hours": 0.9 * total["booked_hours"], "bookings": 130},
            "groups": [],
        },
    }


def _line(chance: random.Random, number: int, name: str, starts: list[datetime], size: float) -> dict:
    usual = 0.85 - 0.7 * ((number - 1) * 0.37 % 1)
    shares = [usual * (1 if start.weekday() < 5 else 0.5) + chance.uniform(0, 0.1) for start in starts]
    return {
        "group_id": number,
        "name": name,
        "gone": False,
        "booked_hours": [round(share * size, 3) for share in shares],
        "service_hours": [size for _ in starts],
    }


def _of(line: dict) -> dict:
    return {name: line[name] for name in ("group_id", "name", "gone")}


def _figures(chance: random.Random, line: dict) -> dict:
    booked, service = sum(line["booked_hours"]), sum(line["service_hours"])
    waits = {"turns": 40, "p50": round(chance.uniform(0.05, 0.9), 3), "p95": round(chance.uniform(1, 4), 3)}
    return {
        "booked_hours": booked,
        "service_hours": service,
        "ratio": booked / service,
        "bookings": 50,
        "p50": 3.2,
        "p95": 22.5,
        "ended": {"release": 50},
        "waits": waits,
        "given_up": 3,
    }


def _total(by_group: list[dict]) -> dict:
    booked = sum(group["booked_hours"] for group in by_group)
    service = sum(group["service_hours"] for group in by_group)
    return {
        "booked_hours": booked,
        "service_hours": service,
        "ratio": booked / service if service else None,
        "bookings": 50 * len(by_group),
        "p50": 3.2 if by_group else None,
        "p95": 22.5 if by_group else None,
        "ended": {},
        "waits": by_group[0]["waits"] if by_group else NONE,
        "given_up": 0,
    }


def _unused(begin: datetime, number: int) -> list[dict]:
    used = [{"email": f"{PEOPLE[n % 20]}@example.com", "ended": stamp(begin - n * 200 * HOUR)} for n in range(number)]
    return [
        {"vm_id": f"node-{n + 1:02}", "group_id": None, "service_hours": 720.0, "last_use": last if n else None}
        for n, last in enumerate(used)
    ]


def _cell(chance: random.Random, day: int, hour: int) -> dict:
    """Return an hour of the week. Tuesday 14:00 is the busiest."""
    usual = 0.12 + (0.68 if day < 5 else 0.15) * math.exp(-(((hour - 13.5) / 4) ** 2))
    share = 0.96 if (day, hour) == (1, 14) else usual + chance.uniform(-0.08, 0.08)
    return {"weekday": day, "hour": hour, "booked_hours": 10 * share, "service_hours": 10.0, "ratio": share}


def at(text: str) -> datetime:
    """Return an instant in UTC, given as "2026-11-17 12:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
