"""Commits to sockets: what changed, then what is told of it, in the order of commits. No command arrives here."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Protocol

from loadzone.domain.commit import Commit
from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.domain.refusal import Refusal
from loadzone.domain.store import Store
from loadzone.i18n import LANGUAGES
from loadzone.lib.times import iso, zone_named
from loadzone.notifications.messages import messages_of
from loadzone.schemas.serializers import GROUP_VIEWS, MEMBERS, STRANGERS, VM_VIEWS, Audience, shown

log = logging.getLogger("loadzone.broadcaster")

ALL_AT_ONCE = 200  # machines; of more changes in one commit, clients fetch the board


@dataclass(frozen=True, slots=True)
class SocketUser:
    """The person behind a socket. A stranger has no `email` and no `session`; a program's session is its token's id."""

    email: str | None
    session: str | None
    language: str


class Rooms(Protocol):
    """Rooms of sockets; server/socket_rooms.py implements them."""

    def on_connect(self, handle: Callable[[Callable[[str], None], Callable[[str, object], None]], bool]) -> None:
        """Call `handle(join, tell)` within each socket's handshake; False refuses it.

        `join` puts it into a room; `tell` sends it an event before it is connected.
        """
        ...

    def start(self, work: Callable[[], None]) -> None:
        """Run this in the background."""
        ...

    def send(self, room: str, event: str, payload: Callable[[], object]) -> None:
        """Send an event to everybody in the room. `payload` is called only if somebody is there."""
        ...

    def move(self, room: str, leaving: Iterable[str], entering: Iterable[str]) -> None:
        """Move everybody in the room out of some rooms and into others."""
        ...

    def disconnect(self, room: str) -> None:
        """Cut the sockets of everybody in the room."""
        ...

    def disconnect_all(self) -> None:
        """Cut all sockets. Their clients connect again by themselves."""
        ...

    def drop_slow_readers(self) -> None:
        """Cut sockets that have stopped reading."""
        ...


class Broadcaster:
    """Sends every commit to the sockets it concerns.

    `identify()` returns the person behind a socket, within its handshake. Strangers get something only if the board
    `is_public`. `start` begins the delivery.
    """

    def __init__(
        self,
        rooms: Rooms,
        store: Store,
        identify: Callable[[], SocketUser],
        clock: Callable[[], datetime],
        is_public: bool,
    ) -> None:
        self._rooms = rooms
        self._identify = identify
        self._clock = clock
        self._is_public = is_public
        self._commits: queue.Queue[Commit | None] = queue.Queue()
        self._last = store.sequence  # of the commits in the queue, or delivered
        store.subscribe(self._follow)
        rooms.on_connect(self._connect)

    def start(self) -> None:
        """Begin to deliver commits."""
        self._rooms.start(self._deliver_all)

    def stop(self) -> None:
        """Deliver what is in the queue, and then no more."""
        self._commits.put(None)

    def _connect(self, join: Callable[[str], None], tell: Callable[[str, object], None]) -> bool:
        """Put the socket into its user's rooms. Refuse a bad token, and a session that ended at this very moment.

        It gets no commits from before now. So it is told which were the last, and fetches the board, from whichever
        node, not without them.
        """
        try:
            user = self._identify()
        except Refusal:
            return False
        rooms = _rooms_of(user, self._is_public)
        for room in rooms:
            join(room)
        if rooms and self._last:
            tell("seen", {"sequence": self._last})
        return self._identify() == user

    def _follow(self, commit: Commit) -> None:
        self._last = commit.sequence
        self._commits.put(commit)

    def _deliver_all(self) -> None:
        while (commit := self._commits.get()) is not None:
            try:
                self._deliver(commit)
            except Exception:  # one commit that cannot be told must not silence those after it
                log.exception("revision %s could not be told", commit.after.revision)

    def _deliver(self, commit: Commit) -> None:
        if commit.anew:  # nobody knows what happened, and whose session ended: clients fetch everything
            self._rooms.disconnect_all()
            return
        if commit.visible:
            for audience in (MEMBERS, STRANGERS):
                self._rooms.send(audience, "change", partial(change_of, commit, audience, self._clock))
        for message in messages_of(commit.events):
            person = commit.after.users.get(message.to) if message.to else None
            zone = zone_named(person.zone) if person and person.zone else None
            for language in LANGUAGES:
                room = _person_room(message.to, language) if message.to else _language_room(language)
                self._rooms.send(room, "notification", partial(message.notification, language, zone))
        for event in commit.events:
            self._apply_session_events(event)
        self._rooms.drop_slow_readers()

    def _apply_session_events(self, event: Event) -> None:
        """Cut the sockets of sessions that ended; move those of a person who chose another language."""
        for session in event.sessions:
            self._rooms.disconnect(_session_room(session))
        if event.kind == "language_chosen":
            self._change_language(event.to or "", event.language or "")

    def _change_language(self, email: str, language: str) -> None:
        entering = (_person_room(email, language), _language_room(language))
        for old in (known for known in LANGUAGES if known != language):
            leaving = (_person_room(email, old), _language_room(old))
            self._rooms.move(_person_room(email, old), leaving, entering)


def change_of(commit: Commit, audience: Audience, clock: Callable[[], datetime]) -> dict[str, object]:
    """Return the socket event `change` as this audience may see it, with the time at which it is sent."""
    before, after = commit.before, commit.after
    differing = (vm_id for vm_id in commit.touched.vms if _differs(before.vms.get(vm_id), after.vms.get(vm_id)))
    vm_ids = list(islice(differing, ALL_AT_ONCE + 1))  # enough to know that they are too many
    if len(vm_ids) > ALL_AT_ONCE or after.revision != before.revision + 1:
        return {"revision": after.revision, "all": True}
    change: dict[str, object] = {
        "revision": after.revision,
        "vms": [VM_VIEWS[audience](after.vms[vm_id]) for vm_id in vm_ids if vm_id in after.vms],
        "removed": [vm_id for vm_id in vm_ids if vm_id not in after.vms],
        "now": iso(clock()),
    }
    if commit.touched.groups:
        change["groups"] = [GROUP_VIEWS[audience](group) for group in after.groups.values()]
    return change


def _differs(before: Vm | None, after: Vm | None) -> bool:
    return (before and shown(before)) != (after and shown(after))


def _rooms_of(user: SocketUser, is_public: bool) -> list[str]:
    """Return the rooms of the person's sockets. A page that may see nothing is connected too, to learn of a restart."""
    if not user.email or not user.session:
        return [STRANGERS] if is_public else []
    return [
        MEMBERS,
        _language_room(user.language),
        _person_room(user.email, user.language),
        _session_room(user.session),
    ]


def _language_room(language: str) -> str:
    return f"language:{language}"


def _person_room(email: str, language: str) -> str:
    return f"person:{language}:{email}"


def _session_room(session: str) -> str:
    return f"session:{session}"
