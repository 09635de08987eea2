"""Bookings as the history tells them: from the line with which each began to the one with which it ended."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from sqlalchemy import Connection, literal, select, tuple_

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import MOST, State
from loadzone.reports.finding import Lines, line_of
from loadzone.reports.tables import lines
from loadzone.reports.wanted import Wanted

BEGINS = ("booked", "auto_booked", "handed_over", "vm_undeleted")
ENDS = ("released", "expired", "force_released", "silent", "vm_deleted")
# Of bookings that began before the time asked for, those are found that began so long before. One machine has no two at
# a time, so there all are found.
LOOK_BACK = timedelta(days=31)
ROUNDS = 4  # pages of beginnings that are looked at for one page of bookings


@dataclass(frozen=True, slots=True)
class BookingSpan:
    """A person's time with a machine. `began` is the line with which it began; names are those of that time.

    `end` is None while it runs. `ended` is the kind of the act that ended it; "unknown" where no line tells that, and
    `end` is then the end that was set at first.
    """

    began: HistoryLine
    start: datetime
    end: datetime | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class BookingsPage:
    """Bookings, the one that began last first. `next` is as in Page."""

    bookings: list[BookingSpan]
    next: int | None


def bookings_of(found: Lines, state: State, wanted: Wanted, before: int | None, limit: int) -> BookingsPage:
    """Return a page of the bookings whose beginning is wanted; those of a time are all that had a part in it."""
    asked = _beginnings(wanted)
    if not asked.actions:
        return BookingsPage([], None)
    spans: list[BookingSpan] = []
    for _ in range(ROUNDS):
        page = found.page(asked, before, limit - len(spans))
        for span in _spans(found, state, page.lines):
            if _is_over(span, wanted.since):
                if wanted.vms is not None and len(wanted.vms) == 1:
                    return BookingsPage(spans, None)
            elif wanted.person in (None, span.began.email):
                spans.append(span)
        before = page.next
        if before is None or len(spans) == limit:
            break
    return BookingsPage(spans, before)


def _beginnings(wanted: Wanted) -> Wanted:
    """Return what the lines with which such bookings began are."""
    since = _long_before(wanted.since) if wanted.since and wanted.vms is None else None
    kinds = tuple(kind for kind in BEGINS if not wanted.actions or kind in wanted.actions)
    return replace(wanted, actions=kinds, since=since, has_booking=True)


def _long_before(moment: datetime) -> datetime:
    return moment - min(LOOK_BACK, moment - datetime.min.replace(tzinfo=timezone.utc))


def _is_over(span: BookingSpan, since: datetime | None) -> bool:
    return since is not None and span.end is not None and span.end <= since


def _spans(found: Lines, state: State, beginnings: Sequence[HistoryLine]) -> Iterable[BookingSpan]:
    ends = _ends(found, beginnings)
    running = {(vm.number, vm.booking.booked_at) for vm in state.vms.values() if vm.booking}
    for line in beginnings:
        start = line.at if line.action == "vm_undeleted" or not line.booking else line.booking
        end = ends.get(line.id)
        if end and end.action in ENDS:
            yield BookingSpan(line, start, end.until or end.at, end.action)
        elif end:
            yield BookingSpan(line, start, end.at, end.action if end.action == "handed_over" else "unknown")
        elif (line.vm, line.booking) in running:
            yield BookingSpan(line, start, None, None)
        else:
            yield BookingSpan(line, start, line.until, "unknown")


def _ends(found: Lines, beginnings: Sequence[HistoryLine]) -> dict[int, HistoryLine]:
    """Return the next line of the machine with which a booking ends or another begins, by the id of the beginning."""
    ends = _ends_in_database(found.connection, [line.id for line in beginnings if line.id <= found.last])
    waiting: dict[int | None, list[HistoryLine]] = {}
    for line in filter(_is_bound, found.waiting):
        waiting.setdefault(line.vm, []).append(line)
    for line in beginnings:
        if line.id not in ends and (end := _first_after(line, waiting.get(line.vm, ()))):
            ends[line.id] = end
    return ends


def _first_after(began: HistoryLine, waiting: Sequence[HistoryLine]) -> HistoryLine | None:
    place = bisect_right(waiting, began.id, key=lambda line: line.id)
    return waiting[place] if place < len(waiting) else None


def _is_bound(line: HistoryLine) -> bool:
    return line.booking is not None and line.action in (*BEGINS, *ENDS)


def _ends_in_database(connection: Connection, beginnings: Sequence[int]) -> dict[int, HistoryLine]:
    if not beginnings:
        return {}
    began, ended = lines.alias("began"), lines.alias("ended")
    following = select(ended.c.id).where(
        ended.c.booking.is_not(None),
        ended.c.action.concat("").in_((*BEGINS, *ENDS)),
    )
    if connection.dialect.name == "postgresql":  # as pairs, for the reason in ways.py
        pair = tuple_(ended.c.vm, ended.c.id)
        following = following.where(pair > tuple_(began.c.vm, began.c.id), pair <= tuple_(began.c.vm, literal(MOST)))
        following = following.order_by(ended.c.vm, ended.c.id)
    else:
        following = following.where(ended.c.vm == began.c.vm, ended.c.id > began.c.id).order_by(ended.c.id)
    first = following.limit(1).correlate(began).scalar_subquery()
    pairs = connection.execute(select(began.c.id, first).where(began.c.id.in_(beginnings))).all()
    ids = {end: begin for begin, end in pairs if end is not None}
    return {ids[row.id]: line_of(row) for row in connection.execute(select(lines).where(lines.c.id.in_(ids)))}
