"""Which letters still say what is so: after an outage of the mail server, much of the outbox is not true any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from loadzone.domain.people import Letter, Token
from loadzone.domain.records import Group, Vm
from loadzone.domain.unit_of_work import Tables
from loadzone.lib.times import parse_time
from loadzone.rules.invitations import is_awaited


@dataclass(frozen=True, slots=True)
class Topic:
    """The fact that a letter tells of one machine, queue or token, beside these as they are now."""

    person: str
    vm: Vm | None
    group: Group | None  # the group that it is about, or that the machine is in
    waits_for_group: bool
    since: datetime | None
    until: datetime | None
    token: Token | None
    is_awaited: bool

    @property
    def has_booked(self) -> bool:
        """True if the person has the machine."""
        return self.vm is not None and self.vm.holder == self.person

    @property
    def has_this_booking(self) -> bool:
        """True if the person has the machine with the very end, and beginning, that the letter says."""
        booking = self.vm.booking if self.vm else None
        if not self.has_booked or booking is None:
            return False
        return booking.expires_at == self.until and self.since in (None, booking.booked_at)

    @property
    def has_this_hold(self) -> bool:
        """True if the machine is held for the person as the letter says."""
        hold = self.vm.hold if self.vm else None
        return hold is not None and (hold.email, hold.since, hold.until) == (self.person, self.since, self.until)

    @property
    def waits_here(self) -> bool:
        """True if the person is in the very queue that the letter is about, or the machine is held for the person."""
        is_held = self.vm is not None and self.vm.hold is not None and self.vm.hold.email == self.person
        return is_held or self.is_in_queue

    @property
    def is_in_queue(self) -> bool:
        """True if the person still waits for the turn in the very queue that the letter is about."""
        if self.vm is None:
            return self.waits_for_group
        return any(waiter.email == self.person for waiter in self.vm.queue)

    @property
    def waits(self) -> bool:
        """True if the person waits here or in the queue of the group that the machine is in."""
        return self.waits_here or self.waits_for_group

    @property
    def others_wait(self) -> bool:
        """True if somebody else waits for the machine or its group."""
        places = (self.vm, self.group)
        return any(waiter.email != self.person for place in places if place for waiter in place.queue)

    @property
    def has_this_token(self) -> bool:
        """True if the person has the token with the very end that the letter says."""
        return self.token is not None and self.token.expires == self.until

    @property
    def is_out_of_service(self) -> bool:
        """True if the machine is out of service."""
        return self.vm is not None and bool(self.vm.maintenance)


def _always(topic: Topic) -> bool:
    return True


# By kind of letter. What is over stays true, but is of no use to somebody who has the machine, or waits for it, again.
# Acts of an admin are always told, with the reason, unless undone: the person could not know of them otherwise.
STILL_SO: Mapping[str, Callable[[Topic], bool]] = {
    "reminder": lambda topic: topic.has_this_booking,
    "ended": lambda topic: not topic.has_booked,
    "silent": lambda topic: not topic.has_booked,
    "released": _always,
    "booked_for": lambda topic: topic.has_this_booking,
    "handed_over": _always,
    "received": lambda topic: topic.has_this_booking,
    "deleted": lambda topic: not topic.has_this_booking,
    "undeleted": lambda topic: topic.has_this_booking,
    "auto": lambda topic: topic.has_this_booking,
    "waited": lambda topic: topic.has_this_booking and topic.others_wait,
    "maintenance": lambda topic: topic.has_this_booking and topic.is_out_of_service,
    "held": lambda topic: topic.has_this_hold,
    "lapsed": lambda topic: not (topic.has_booked or topic.waits_here),
    "taken": lambda topic: topic.vm is None or topic.waits,
    "waiting_maintenance": lambda topic: topic.waits and topic.is_out_of_service,
    "queue_removed": lambda topic: not (topic.has_booked or topic.waits_here),
    "queue_gone": lambda topic: not (topic.has_booked or topic.waits_here),
    "queue_back": lambda topic: topic.is_in_queue,  # whose turn has come by now gets another letter
    "token_expires": lambda topic: topic.has_this_token,
    "invitation": lambda topic: topic.is_awaited,
}
# Kinds that are about a time to come: once it has come, they are not so any more.
AHEAD = ("reminder", "booked_for", "received", "undeleted", "auto", "waited", "maintenance", "held", "token_expires")


def still_so(letter: Letter, tables: Tables, now: datetime) -> Letter | None:
    """Return the letter with what is still so of it; None where nothing is.

    Raises ValueError or TypeError for a letter edited by hand. A kind that is not known here is still so.
    """
    waits = _waits_for_groups(letter.to, tables)
    topics = [facts for facts in letter.topics if _is_so(letter, facts, tables, waits, now)]
    if not topics:
        return None
    return letter.with_topics(topics)


def _is_so(
    letter: Letter, facts: Mapping[str, object], tables: Tables, waits: Callable[[int], bool], now: datetime
) -> bool:
    topic = _topic(letter.to, facts, tables, waits)
    if letter.kind in AHEAD and topic.until and topic.until <= now:
        return False
    return STILL_SO.get(letter.kind, _always)(topic)


def _waits_for_groups(person: str, tables: Tables) -> Callable[[int], bool]:
    """Return a function that tells whether the person waits for a group. It looks through each queue once."""

    @cache
    def waits(group_id: int) -> bool:
        return any(waiter.email == person for waiter in tables.groups[group_id].queue)

    return waits


def _topic(person: str, facts: Mapping[str, object], tables: Tables, waits: Callable[[int], bool]) -> Topic:
    vm = tables.vms.get(_text(facts, "vm_id"))
    group = _group(facts, vm, tables)
    return Topic(
        person=person,
        vm=vm,
        group=group,
        waits_for_group=group is not None and waits(group.id),
        since=parse_time(text) if (text := _text(facts, "booked_at")) else None,
        until=parse_time(text) if (text := _text(facts, "until")) else None,
        token=_token(person, _text(facts, "token"), tables),
        is_awaited=person in tables.users and is_awaited(tables.users[person]),
    )


def _token(person: str, name: str, tables: Tables) -> Token | None:
    """Return the person's token of this name: no two have the same."""
    user = tables.users.get(person) if name else None
    return next((token for token in user.tokens.values() if token.name == name), None) if user else None


def _group(facts: Mapping[str, object], vm: Vm | None, tables: Tables) -> Group | None:
    number = facts.get("group_id")
    if isinstance(number, int):
        return tables.groups.get(number)
    return tables.groups.get(vm.group) if vm and vm.group is not None else None


def _text(facts: Mapping[str, object], key: str) -> str:
    fact = facts.get(key, "")
    if not isinstance(fact, str):
        raise TypeError(f"{key}: a text is expected here")
    return fact
