"""Messages: a commit's events as sentences for people, many of a kind in one.

The page makes the same sentences from the facts, with times in the reader's zone (static/sentences.js).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from loadzone.domain.events import EVENT_KINDS, Event, Reach
from loadzone.i18n import Endings, hours, key_for, moment, say
from loadzone.lib.times import iso

AT_MOST = 5  # sentences of a kind; more become one

# Kinds with more than one sentence.
ENDINGS: Endings = {
    "notice.role_changed": (("role", ".{}", ""),),
    "notice.force_released": (("reason", ".reason", ""),),
    "notice.booked": (("receiver", ".for_other", ""),),
    "notice.handed_over": (("to", ".by_admin", ""),),
    **{f"notice.{kind.name}": (("vm_id", "", ".group"),) for kind in EVENT_KINDS.values() if kind.by_place},
}


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence: for everybody who is signed in, or, where `to` is set, for that person only."""

    kind: str
    events: tuple[Event, ...]
    to: str | None = None

    def notification(self, language: str, zone: tzinfo | None = None) -> dict[str, object]:
        """Return the socket event `notification`: the sentence, and the facts in it."""
        return {"msg": self.sentence(language, zone), "kind": self.kind, **self._facts()}

    def sentence(self, language: str, zone: tzinfo | None = None) -> str:
        """Return the sentence; times are in this zone, or in the server's."""
        if len(self.events) > 1:
            return say(language, f"notice.{self.kind}.many", n=len(self.events))
        event = self.events[0]
        return say(
            language,
            key_for(f"notice.{self.kind}", self._facts(), ENDINGS),
            n=len(event.vm_ids),
            by=say(language, "by.via", by=event.by, via=event.via) if event.by and event.via else event.by,
            to=event.to,
            vm_id=event.vm_id,
            group=event.group,
            was=event.was,
            receiver=event.receiver,
            reason=event.reason,
            time=hours(language, event.hours) if event.hours is not None else "",
            until=moment(language, event.until, zone) if event.until and self.to else "",
        )

    def _facts(self) -> dict[str, object]:
        if len(self.events) > 1:
            return {"many": len(self.events)}
        event = self.events[0]
        facts: dict[str, object] = {
            "vm_id": event.vm_id,
            "group_id": event.group_id,
            "group": event.group,
            "machines": len(event.vm_ids) or None,
            "was": event.was,
            "receiver": event.receiver,
            "by": event.by,
            "via": event.via if event.by else "",
            "to": event.to,
            "hours": event.hours,
            "until": iso(event.until) if event.until and self.to else None,
            "reason": event.reason,
            "role": event.role,
        }
        return {name: value for name, value in facts.items() if value is not None and value != ""}


def messages_of(events: Iterable[Event]) -> list[Message]:
    """Return the messages of one commit in the order of its events; more than AT_MOST alike become one."""
    alike: dict[tuple[str, str | None], list[Event]] = {}
    told = [event for event in events if is_told(event)]
    for event in told:
        alike.setdefault(_recipient(event), []).append(event)
    messages: dict[object, Message] = {}
    for number, event in enumerate(told):
        kind, to = _recipient(event)
        many = alike[kind, to]
        if len(many) <= AT_MOST:
            messages[number] = Message(kind, (event,), to)
        elif (kind, to) not in messages:
            messages[kind, to] = Message(kind, tuple(many), to)
    return list(messages.values())


def is_told(event: Event) -> bool:
    """Tell whether somebody is told. What concerns one person is told to nobody where that person did it."""
    reach = EVENT_KINDS[event.kind].reach
    return reach is Reach.EVERYBODY or (reach is Reach.PERSON and event.to is not None)


def _recipient(event: Event) -> tuple[str, str | None]:
    return event.kind, event.to if EVENT_KINDS[event.kind].reach is Reach.PERSON else None
