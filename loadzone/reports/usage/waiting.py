"""Waits in queues: they begin with joining, and end with the turn or without it."""

from __future__ import annotations

from datetime import datetime

from loadzone.domain.history_line import HistoryLine
from loadzone.lib.times import parse_time
from loadzone.reports.usage.holders import holder_of
from loadzone.reports.usage.instants import as_number
from loadzone.reports.usage.kept import Kept
from loadzone.reports.usage.records import NO_GROUP, Wait

WITHOUT_TURN = ("queue_left", "queue_silent", "queue_dropped", "queue_removed", "queue_gone")
GOES_ON = ("hold_taken", "queue_back", "waiting_maintenance")  # what was held is taken back, and the person waits on


def take(kept: Kept, line: HistoryLine) -> None:
    """Take what the line says of waits."""
    if line.action == "queue_joined":
        _begin(kept, line)
    elif line.action == "held":
        _end(kept, line, line.booking, turn=True)
    elif line.action in WITHOUT_TURN:
        if line.action == "queue_gone" and line.booking:  # what was held may have been taken back without a word
            kept.read_ended_waits(line.email or "", as_number(line.booking))
        _end(kept, line, line.booking, turn=False)
    elif line.action in GOES_ON and line.booking:
        _go_on(kept, line, as_number(line.booking))
    elif line.action in ("booked", "auto_booked", "handed_over"):  # whoever has the machine waits for it no longer
        _end_here(kept, line)


def turn_taken(kept: Kept, line: HistoryLine) -> int | None:
    """End the wait that a booking at once ended; return the key of who waited, by hand or by a token."""
    wait = _end(kept, line, _since(line), turn=True)
    return wait.person if wait else None


def _since(line: HistoryLine) -> datetime | None:
    """Return since when the person of an `auto_booked` has waited."""
    changed = line.changed.get("since")
    since = changed[0] if isinstance(changed, (list, tuple)) and changed else None
    return parse_time(since) if isinstance(since, str) else None


def _begin(kept: Kept, line: HistoryLine) -> None:
    began = as_number(line.booking or line.at)
    kept.waits(line.email or "").append(
        Wait(kept.person(*holder_of(line)), began, line.vm or 0, _group_key(kept, line))
    )


def _end(kept: Kept, line: HistoryLine, since: datetime | None, turn: bool) -> Wait | None:
    """End the wait; return it. Several machines may come with one turn: the first ends it."""
    if since is None:
        return None
    same = [wait for wait in kept.waits(line.email or "") if wait.began == as_number(since)]
    lasting = [wait for wait in same if wait.ended is None or line.action == "queue_gone"]
    wait = min(lasting, key=lambda wait: _distance(kept, line, wait), default=None)
    if wait:
        wait.ended, wait.turn = max(as_number(line.at), wait.began), turn
    return wait or next(iter(same), None)


def _distance(kept: Kept, line: HistoryLine, wait: Wait) -> int:
    """Order a person's waits that began together: of the line's machine, of its group, of others."""
    if wait.vm:
        return 0 if wait.vm == line.vm else 2
    return 1 if wait.group_key == _group_key(kept, line) else 2


def _end_here(kept: Kept, line: HistoryLine) -> None:
    for wait in kept.waits(line.email or ""):
        if wait.ended is None and wait.vm == line.vm:
            wait.ended, wait.turn = max(as_number(line.at), wait.began), True


def _go_on(kept: Kept, line: HistoryLine, began: int) -> None:
    """Let a wait last on that had ended; begin one whose line is lost. Another place there becomes one with it."""
    kept.read_ended_waits(line.email or "", began)
    same = [wait for wait in kept.waits(line.email or "") if wait.began == began]
    wait = min(same, key=lambda wait: _distance(kept, line, wait), default=None)
    if wait is None:
        _begin(kept, line)
        return
    wait.ended = wait.turn = None
    for other in list(kept.waits(line.email or "")):
        if other.ended is None and other.began > began and (other.vm, other.group_key) == (wait.vm, wait.group_key):
            kept.forget_wait(line.email or "", other)


def _group_key(kept: Kept, line: HistoryLine) -> int:
    return kept.group_key(line.group_id, line.group) if line.group_id is not None else NO_GROUP
