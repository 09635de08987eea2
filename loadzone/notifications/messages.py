"""What a commit tells people: its events as sentences, many of a kind in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from loadzone.domain.events import PERSONAL, PUBLIC, Event
from loadzone.i18n import hours, moment, say
from loadzone.lib.times import iso

AT_MOST = 5
TOLD = PUBLIC | PERSONAL
OF_QUEUES = ("queue_removed", "queue_gone")


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence: for everybody signed in, or where `to` is set for that person alone."""

    kind: str
    events: tuple[Event, ...]
    to: str | None = None

    def message(self, language: str) -> dict[str, Any]:
        """The `notification` as it is sent: the sentence, and what it is about."""
        return {"msg": self.sentence(language), "kind": self.kind, **self._about()}

    def sentence(self, language: str) -> str:
        if len(self.events) > 1:
            return say(language, f"notice.{self.kind}.many", n=len(self.events))
        event = self.events[0]
        return say(
            language,
            _key(event),
            n=len(event.vm_ids),
            by=say(language, "by.via", by=event.by, via=event.via) if event.by and event.via else event.by,
            to=event.to,
            vm_id=event.vm_id,
            group=event.group,
            reason=event.reason,
            time=hours(language, event.hours) if event.hours is not None else "",
            until=moment(language, event.until) if event.until and self.kind in PERSONAL else "",
        )

    def _about(self) -> dict[str, Any]:
        if len(self.events) > 1:
            return {}
        event = self.events[0]
        facts = {"vm_id": event.vm_id, "group_id": event.group_id, "by": event.by}
        if self.kind in PERSONAL and event.until:
            facts["until"] = iso(event.until)
        return {key: value for key, value in facts.items() if value is not None}


def notices(events: Iterable[Event]) -> list[Message]:
    """The sentences of one commit, in the order of what happened; more than five of a kind become one."""
    alike: dict[tuple[str, str | None], list[Event]] = {}
    told = [event for event in events if event.kind in TOLD]
    for event in told:
        alike.setdefault(_kind(event), []).append(event)
    sentences: dict[Any, Message] = {}
    for number, event in enumerate(told):
        kind, to = _kind(event)
        many = alike[kind, to]
        if len(many) <= AT_MOST:
            sentences[number] = Message(kind, (event,), to)
        elif (kind, to) not in sentences:
            sentences[kind, to] = Message(kind, tuple(many), to)
    return list(sentences.values())


def _kind(event: Event) -> tuple[str, str | None]:
    return event.kind, event.to if event.kind in PERSONAL else None


def _key(event: Event) -> str:
    if event.kind == "role_changed":
        return f"notice.role_changed.{event.role}"
    if event.kind == "force_released" and event.reason:
        return "notice.force_released.reason"
    if event.kind in OF_QUEUES and event.group_id is not None:
        return f"notice.{event.kind}.group"
    return f"notice.{event.kind}"
