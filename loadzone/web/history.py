"""The endpoints of the history. They look it up while bookings go on."""

from __future__ import annotations

from flask import Blueprint, Response

from loadzone.domain.refusal import refuse
from loadzone.lib.times import iso, iso_or_none
from loadzone.reports.bookings import BookingSpan
from loadzone.reports.history_database import HistoryAway
from loadzone.reports.wanted import Wanted
from loadzone.reports.words import needles_of
from loadzone.rules import people
from loadzone.schemas.history import (
    PAGE,
    HistoryBookingResponse,
    HistoryBookingsResponse,
    HistoryFilter,
    HistoryLineResponse,
    HistoryQuery,
    HistoryResponse,
    line_view,
)
from loadzone.web.context import actor, services
from loadzone.web.endpoint import endpoint
from loadzone.web.history_csv import PAGE as CSV_PAGE, Rows, streamed

history_api = Blueprint("history_api", __name__)

CSV = "text/csv"


@history_api.get("/history")
@endpoint(returns=HistoryResponse | HistoryBookingsResponse, who="signed in", refuses="no_such_vm history_away")
def history(query: HistoryQuery) -> HistoryResponse | HistoryBookingsResponse:
    """List what has happened, newest first. Members see what concerns machines and groups, admins all."""
    wanted, limit = _wanted(query), query.limit or PAGE
    try:
        if query.kind == "bookings":
            return _bookings(wanted, query, limit)
        page, since = services().history.lines(wanted, query.vm_id, query.cursor, limit)
    except HistoryAway:
        refuse("history_away")
    views = [line_view(line) for line in page.lines]
    return {"history": views, "next": _cursor(page.next), "since": iso_or_none(since)}


@history_api.get("/history.csv")
@endpoint(returns=CSV, who="signed in", refuses="no_such_vm history_away")
def history_csv(query: HistoryFilter) -> Response:
    """Return what GET /history lists, all of it, as a file for spreadsheets."""
    wanted, reader = _wanted(query), services().history
    is_bookings = query.kind == "bookings"

    def page(before: int | None) -> tuple[Rows, int | None]:
        if is_bookings:
            found, _ = reader.bookings(wanted, query.vm_id, before, CSV_PAGE)
            return [booking_view(booking) for booking in found.bookings], found.next
        lines, _ = reader.lines(wanted, query.vm_id, before, CSV_PAGE)
        return [line_view(line) for line in lines.lines], lines.next

    columns = HistoryBookingResponse if is_bookings else HistoryLineResponse
    try:
        rows = streamed(tuple(columns.__annotations__), page)
    except HistoryAway:
        refuse("history_away")
    response = Response(rows, mimetype=CSV)
    response.headers["Content-Disposition"] = 'attachment; filename="history.csv"'
    return response


def _bookings(wanted: Wanted, query: HistoryQuery, limit: int) -> HistoryBookingsResponse:
    page, since = services().history.bookings(wanted, query.vm_id, query.cursor, limit)
    views = [booking_view(booking) for booking in page.bookings]
    return {"history": views, "next": _cursor(page.next), "since": iso_or_none(since)}


def booking_view(booking: BookingSpan) -> HistoryBookingResponse:
    """Return the booking as readers of the history see it."""
    began = booking.began
    return {
        "began": began.id,
        "vm": began.vm,
        "vm_id": began.vm_id,
        "group_id": began.group_id,
        "group": began.group or None,
        "email": began.email,
        "start": iso(booking.start),
        "end": iso_or_none(booking.end),
        "ended": booking.ended,
        "until": iso_or_none(began.until),
        "hours": began.hours,
        "actor": began.actor,
        "via": began.via,
        "reason": began.reason,
    }


def _cursor(following: int | None) -> str | None:
    return None if following is None else str(following)


def _wanted(asked: HistoryFilter) -> Wanted:
    """Return what the caller asks for and may see. Raises Refusal: not_signed_in."""
    email = actor() or refuse("not_signed_in")
    return Wanted(
        group_id=asked.group_id,
        person=asked.email,
        actions=tuple(dict.fromkeys(asked.action.split(","))) if asked.action else (),
        since=asked.since,
        until=asked.until,
        needles=needles_of(asked.q or ""),
        with_people=people.role_of(services().store.snapshot, services().config, email) == "admin",
    )
