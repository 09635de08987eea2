"""The tables of an answer, as rows: exactly the numbers that the answer has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from loadzone.reports.usage.tables import ENDINGS
from loadzone.schemas.usage import FiguresResponse, Table, UsageResponse

Value = str | int | float | bool | None
Rows = Iterator[Sequence[Value]]

_FIGURES = (
    "booked_hours",
    "service_hours",
    "ratio",
    "bookings",
    "p50_hours",
    "p95_hours",
    *(f"ended_{kind}" for kind in ENDINGS),
    "waits",
    "waits_p50_hours",
    "waits_p95_hours",
    "given_up",
)


def rows_of(answer: UsageResponse, table: Table) -> Rows:
    """Yield the header of the table, then its rows."""
    header, rows = _TABLES[table]
    yield header
    yield from rows(answer)


def _groups(answer: UsageResponse) -> Rows:
    for group in answer["groups"]:
        yield group["group_id"], group["name"], *_figures(group)


def _machines(answer: UsageResponse) -> Rows:
    for machine in answer["machines"]:
        yield machine["vm_id"], machine["group_id"], *_figures(machine)


def _figures(figures: FiguresResponse) -> Sequence[Value]:
    waits, ended = figures["waits"], figures["ended"]
    return (
        figures["booked_hours"],
        figures["service_hours"],
        figures["ratio"],
        figures["bookings"],
        figures["p50"],
        figures["p95"],
        *(ended.get(kind, 0) for kind in ENDINGS),
        waits["turns"],
        waits["p50"],
        waits["p95"],
        figures["given_up"],
    )


def _people(answer: UsageResponse) -> Rows:
    """Yield the people, and those who are not listed as one row without a name."""
    for person in answer["people"]:
        yield person["email"], person["token"], person["booked_hours"], person["bookings"]
    others = answer["others"]
    if others["number"]:
        yield "", "", others["booked_hours"], others["bookings"]


def _unused(answer: UsageResponse) -> Rows:
    for machine in answer["unused"]:
        last = machine["last_use"]
        use = (last["ended"], last["email"]) if last else ("", "")
        yield machine["vm_id"], machine["group_id"], machine["service_hours"], *use


def _heat(answer: UsageResponse) -> Rows:
    for cell in answer["heat"]:
        yield cell["weekday"], cell["hour"], cell["booked_hours"], cell["service_hours"], cell["ratio"]


def _series(answer: UsageResponse) -> Rows:
    series = answer["series"]
    for group in series["groups"]:
        times = zip(series["starts"], group["booked_hours"], group["service_hours"], strict=True)
        for start, booked, service in times:
            yield start, group["group_id"], group["name"], booked, service


def _waits(answer: UsageResponse) -> Rows:
    for group in answer["groups"]:
        waits = group["waits"]
        yield group["group_id"], group["name"], waits["turns"], waits["p50"], waits["p95"], group["given_up"]


_TABLES: dict[Table, tuple[Sequence[str], Callable[[UsageResponse], Rows]]] = {
    "groups": (("group_id", "group", *_FIGURES), _groups),
    "machines": (("vm_id", "group_id", *_FIGURES), _machines),
    "people": (("email", "token", "booked_hours", "bookings"), _people),
    "unused": (("vm_id", "group_id", "service_hours", "last_ended", "last_email"), _unused),
    "heat": (("weekday", "hour", "booked_hours", "service_hours", "ratio"), _heat),
    "series": (("start", "group_id", "group", "booked_hours", "service_hours"), _series),
    "waits": (("group_id", "group", "waits", "waits_p50_hours", "waits_p95_hours", "given_up"), _waits),
}
