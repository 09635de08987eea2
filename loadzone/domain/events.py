"""Events: what a change tells once it is on disk. EVENT_KINDS is the one place that lists them.

A new kind takes a row here, its sentences in `lang/server.*.json`, and the rule that tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Literal

from loadzone.domain.unknown_keys import nothing

Changes = Mapping[str, object]  # of each changed field (the old value, the new one)
EndTold = Literal["", "set", "came"]


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` (a key of EVENT_KINDS) happened. `by` did it (None: it was time), `to` is the person it concerns.

    `via` is the name of the token by which it was done, or that it is about. `hours` are the hours asked for, `until`
    is the end (UTC), `booked_at` when the booking or the waiting began (UTC), `group` a group's name, `vm_ids` the
    machines that came into it, `was` the name before, `receiver` who has the machine by it, `note` what it is for,
    `sessions` the sessions and tokens that end with it. `quiet`: no letter is needed. `changed` has the
    fields of an edit, each with the old value and the new one. `is_act` False: the history has another event of the
    same act.
    """

    kind: str
    by: str | None = None
    via: str = ""
    to: str | None = None
    vm_id: str | None = None
    group_id: int | None = None
    group: str | None = None
    vm_ids: tuple[str, ...] = ()
    was: str = ""
    hours: float | None = None
    until: datetime | None = None
    booked_at: datetime | None = None
    receiver: str = ""
    note: str = ""
    reason: str = ""
    role: str = ""
    language: str | None = None
    sessions: tuple[str, ...] = ()
    quiet: bool = False
    changed: Changes = field(default_factory=nothing)
    is_act: bool = True


class Reach(Enum):
    """The people who get the event's sentence (`notice.<kind>` in the catalogue) in an open page."""

    EVERYBODY = auto()  # everybody who is signed in
    PERSON = auto()  # the person in `to`
    NOBODY = auto()


@dataclass(frozen=True, slots=True)
class EventKind:
    """The consequences of an event of this kind.

    `letter` is the kind of letter that `to` gets, unless they did it themselves; `log` is the line of an event without
    a sentence (one with a sentence is logged by that, in English). `alert`: the page shows it as a notification of
    the browser too. `by_place`: it has a sentence of its own, `notice.<kind>.group`, where it concerns a group.
    `undoable`: its letter waits some seconds, in which an undo takes it back (rules/outbox.py).

    `history`: it is a line of the history; not so where another event of the same act is. `own`: it concerns whoever
    did it, if nobody else. `end`: the line has the end that was `set`, or the one that `came`.
    """

    name: str
    reach: Reach
    letter: str | None = None
    log: str = ""
    alert: bool = False
    by_place: bool = False
    undoable: bool = False
    history: bool = True
    own: bool = False
    end: EndTold = ""


EVERYBODY, PERSON, NOBODY = Reach

EVENT_KINDS: dict[str, EventKind] = {
    kind.name: kind
    for kind in (
        # Bookings
        EventKind("booked", EVERYBODY, own=True, end="set"),
        EventKind("booked_for", PERSON, letter="booked_for", alert=True, history=False),
        EventKind("renewed", EVERYBODY, end="set"),
        EventKind("released", EVERYBODY, end="came"),
        EventKind("expired", EVERYBODY, letter="ended", end="came"),
        EventKind("force_released", EVERYBODY, letter="released", end="came"),
        EventKind("silent", EVERYBODY, letter="silent", end="came"),
        EventKind("handed_over", EVERYBODY, letter="handed_over", end="set"),
        EventKind("received", PERSON, letter="received", alert=True, history=False),
        EventKind("note_changed", PERSON, own=True),
        EventKind("end_set", NOBODY, end="set"),
        EventKind("reminder", PERSON, letter="reminder", alert=True, history=False),
        # Queues and holds
        EventKind("queue_joined", NOBODY),
        EventKind("queue_changed", NOBODY),
        EventKind("queue_left", NOBODY),
        EventKind("queue_silent", NOBODY, log="{to} waits no longer: the job did not report"),
        EventKind("queue_dropped", NOBODY),
        EventKind("held", PERSON, letter="held", alert=True, end="set"),
        EventKind("hold_lapsed", PERSON, letter="lapsed", alert=True, end="came"),
        EventKind("hold_ended", NOBODY),
        EventKind("hold_taken", PERSON, letter="taken", undoable=True),
        EventKind("auto_booked", PERSON, letter="auto", alert=True, end="set"),
        EventKind("waited_for", PERSON, letter="waited", history=False),
        EventKind("waiting_maintenance", PERSON, letter="waiting_maintenance"),
        EventKind("queue_removed", PERSON, letter="queue_removed", by_place=True),
        EventKind("queue_gone", PERSON, letter="queue_gone", by_place=True, undoable=True),
        EventKind("queue_back", PERSON, letter="queue_back", by_place=True),
        # Machines and groups
        EventKind("maintenance_began", EVERYBODY, letter="maintenance"),
        EventKind("maintenance_ended", EVERYBODY),
        EventKind("vm_added", EVERYBODY),
        EventKind("vm_edited", EVERYBODY),
        EventKind("vm_renamed", EVERYBODY),
        EventKind("vm_deleted", EVERYBODY, letter="deleted", undoable=True, end="came"),
        EventKind("vm_undeleted", EVERYBODY, letter="undeleted", end="set"),
        EventKind("vm_moved", NOBODY),
        EventKind("vm_ungrouped", EVERYBODY, history=False),
        EventKind("group_added", EVERYBODY),
        EventKind("group_edited", EVERYBODY, history=False),
        EventKind("group_renamed", EVERYBODY),
        EventKind("group_deleted", EVERYBODY),
        EventKind("group_undeleted", EVERYBODY),
        # People
        EventKind("role_changed", PERSON),
        EventKind("first_admin", NOBODY, log="{by} is the first to sign in and becomes admin", own=True),
        EventKind("user_added", NOBODY, log="{by} signed in for the first time", own=True),
        EventKind("signed_in", NOBODY, own=True),
        EventKind("invited", NOBODY, letter="invitation", log="{by} invited {to}"),
        EventKind("user_removed", NOBODY, log="{by} removed {to}"),
        EventKind("domain_disallowed", NOBODY, log="{to} was signed out: LOADZONE_ALLOWED_DOMAINS lacks this domain"),
        EventKind("signed_out", NOBODY, log="{to} signed out"),
        EventKind("trust_ended", NOBODY, log="{to} was signed out: LOADZONE_AUTH is not trust any more"),
        EventKind("sessions_dropped", NOBODY, history=False),
        EventKind("sessions_expired", NOBODY, history=False),
        EventKind("preferences_changed", NOBODY, own=True),
        EventKind("language_chosen", NOBODY, history=False),
        EventKind("token_made", NOBODY, log="{by} made the token {via!r}", own=True, end="set"),
        EventKind("token_revoked", NOBODY, log="{by} revoked the token {via!r} of {to}"),
        EventKind(
            "token_expires", NOBODY, letter="token_expires", log="the token {via!r} of {to} ends soon", history=False
        ),
        EventKind("token_expired", NOBODY, log="the token {via!r} of {to} has expired", end="came"),
        EventKind("tokens_expired", NOBODY, history=False),
        # The history itself
        EventKind("history_began", NOBODY),
        EventKind(
            "history_gap", NOBODY, log="the history has a gap: too many of its lines waited to be moved", end="set"
        ),
        EventKind("data_restored", NOBODY, log="older data were restored than the history knows of; numbers go on"),
    )
}

# The letters that nobody can stop: the reader has asked for it, or has not been here yet.
ALWAYS_SENT = ("code", "invitation")
# The kinds of letters, of which everybody chooses those to get.
LETTER_KINDS: tuple[str, ...] = tuple(
    dict.fromkeys(kind.letter for kind in EVENT_KINDS.values() if kind.letter and kind.letter not in ALWAYS_SENT)
)
UNDOABLE_LETTERS = frozenset(kind.letter for kind in EVENT_KINDS.values() if kind.letter and kind.undoable)
