"""The endpoints of usage: how much the machines were used, as JSON for the page and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta, timezone, tzinfo

from flask import Blueprint, Response

from loadzone.domain.refusal import refuse
from loadzone.inventory.csv_format import escape_formula
from loadzone.lib.times import zone_named
from loadzone.reports.history_database import HistoryAway
from loadzone.reports.usage.csv_tables import rows_of
from loadzone.reports.usage.instants import QUARTER, cut
from loadzone.reports.usage.period import Period
from loadzone.rules import access
from loadzone.schemas.usage import UsageQuery, UsageResponse, UsageTableQuery
from loadzone.web.context import actor, services, zone as zone_of_caller
from loadzone.web.endpoint import CSV, endpoint

usage_api = Blueprint("usage_api", __name__)

DAYS = 30  # unless the query says from when
MOST_DAYS = 400
EARLIEST = datetime(2000, 1, 1, tzinfo=timezone.utc)  # no zone has odd offsets since


@usage_api.get("/usage")
@endpoint(returns=UsageResponse, who="signed in", refuses="history_away")
def usage(query: UsageQuery) -> UsageResponse:
    """Return how much machines were booked and waited for."""
    return _answer(query)


@usage_api.get("/usage.csv")
@endpoint(returns=CSV, who="signed in", refuses="history_away")
def usage_csv(query: UsageTableQuery) -> Response:
    """Return one of the tables of usage as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows_of(_answer(query), query.table):
        writer.writerow(escape_formula(cell) if isinstance(cell, str) else cell for cell in row)
    response = Response(text.getvalue().encode("utf-8-sig"), mimetype=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="usage-{query.table}.csv"'
    return response


def _answer(query: UsageQuery) -> UsageResponse:
    """Return the figures. Raises Refusal: not_signed_in, bad_input, history_away."""
    here = services()
    access.signed_in(here.store.snapshot, actor())
    period, (zone, name) = _period(query), _zone(query)
    try:
        return here.usage.ask(here.store.snapshot, period, zone, name, query.group_id)
    except HistoryAway:
        refuse("history_away")


def _period(query: UsageQuery) -> Period:
    """Return the period, cut to quarters of an hour. What is to come is not in it. Raises Refusal: bad_input."""
    now = services().clock()
    end = max(min(query.to or now, now), EARLIEST)
    begin = max(query.from_ or end - timedelta(days=DAYS), EARLIEST)
    if end - begin > timedelta(days=MOST_DAYS, hours=1):
        refuse("bad_input", field="from", reason="too_many_days", max=MOST_DAYS)
    period = Period(cut(begin), cut(end))
    if period.end - period.begin < QUARTER:
        refuse("bad_input", field="from", reason="no_period")
    return period


def _zone(query: UsageQuery) -> tuple[tzinfo, str]:
    """Return the time zone in which days and hours are told: the query's, the caller's own, or UTC."""
    name = query.zone or ""
    zone = zone_named(name) if name else zone_of_caller()
    if zone is None:
        return timezone.utc, "UTC"
    return zone, str(zone)
