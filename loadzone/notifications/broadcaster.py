"""Commits to sockets: what changed, then what is told of it, in the order of commits. No command arrives here."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from engineio.packet import MESSAGE, Packet
from flask_socketio import SocketIO, join_room
from socketio.packet import EVENT

from loadzone.domain.events import Event
from loadzone.domain.refusal import Refusal
from loadzone.i18n import LANGUAGES
from loadzone.notifications.messages import notices
from loadzone.schemas.serializers import GROUP_VIEWS, MEMBERS, STRANGERS, VM_VIEWS, shown
from storage import Commit, JsonStore

log = logging.getLogger("loadzone.live")

ALL_AT_ONCE = 200
AT_A_TIME = 25  # sockets; some milliseconds of work
UNREAD_AT_MOST = 500
COMING_AND_GOING = ("0", "1")  # socket.io's CONNECT and DISCONNECT packets


@dataclass(frozen=True, slots=True)
class SocketUser:
    """Whose socket it is: `email` and `session` (of a program, its token's id) are None for a stranger."""

    email: str | None
    session: str | None
    language: str


class Broadcaster:
    """`identify()` says who is asking, within a socket's handshake. `start` begins the delivery."""

    def __init__(self, socketio: SocketIO, store: JsonStore, identify: Callable[[], SocketUser]) -> None:
        self._socketio = socketio
        self._identify = identify
        self._commits: queue.Queue[Commit | None] = queue.Queue()
        store.subscribe(self._commits.put)
        socketio.on_event("connect", self._welcome)
        self._deafen()

    def start(self) -> None:
        self._socketio.start_background_task(self._deliver_all)

    def stop(self) -> None:
        self._commits.put(None)

    def _welcome(self, *_: Any) -> bool:
        """Put the socket where its socket_user belongs; False refuses one whose session ended in that very moment."""
        try:
            socket_user = self._identify()
        except Refusal:  # a token that is worth nothing
            return False
        for room in _rooms_of(socket_user):
            join_room(room)
        return self._identify() == socket_user

    def _deafen(self) -> None:
        """Take from clients only their coming and going; nothing else they say is looked at, or kept, nor what they
        say with it."""
        server = self._socketio.server
        eio, there = server.eio, server.environ
        understand = eio.handlers["message"]

        def hear(sid: str, message: Any) -> None:
            if isinstance(message, str) and message[:1] in COMING_AND_GOING and sid in there:
                understand(sid, message[0])

        eio.on("message", hear)

    def _deliver_all(self) -> None:
        while (commit := self._commits.get()) is not None:
            try:
                self._deliver(commit)
            except Exception:  # one commit that cannot be told must not silence those after it
                log.exception("revision %s could not be told", commit.after.revision)

    def _deliver(self, commit: Commit) -> None:
        if commit.visible:
            for audience in (MEMBERS, STRANGERS):
                self._tell(audience, "change", lambda audience=audience: change_of(commit, audience))
        for notice in notices(commit.events):
            for language in LANGUAGES:
                room = _person_room(notice.to, language) if notice.to else _language_room(language)
                self._tell(room, "notification", lambda notice=notice, language=language: notice.message(language))
        for event in commit.events:
            self._apply_session_events(event)
        self._drop_who_does_not_read()

    def _tell(self, room: str, event: str, what: Callable[[], dict[str, Any]]) -> None:
        """To everybody in the room, a few at a time: requests are answered in between."""
        engine = self._socketio.server.eio
        members = [engine_id for _, engine_id in self._members(room)]
        if not members:
            return
        packet = Packet(MESSAGE, self._socketio.server.packet_class(EVENT, [event, what()], namespace="/").encode())
        for first in range(0, len(members), AT_A_TIME):
            for engine_id in members[first : first + AT_A_TIME]:
                engine.send_packet(engine_id, packet)
            self._socketio.sleep(0)

    def _drop_who_does_not_read(self) -> None:
        """What is told is kept for each socket until it reads; whoever stopped reading fetches all when they return."""
        for client in list(self._socketio.server.eio.sockets.values()):
            if client.queue.qsize() > UNREAD_AT_MOST:
                client.close(wait=False, abort=True)

    def _apply_session_events(self, event: Event) -> None:
        """Sockets whose session ended are cut; those of a person with a new language move to its room."""
        for session in event.sessions:
            for sid in self._sids(_session_room(session)):
                self._socketio.server.disconnect(sid)
        if event.kind == "language_chosen":
            self._speak(event.to or "", event.language or "")

    def _speak(self, email: str, language: str) -> None:
        server = self._socketio.server
        for old in (known for known in LANGUAGES if known != language):
            for sid in self._sids(_person_room(email, old)):
                for room in (_person_room(email, old), _language_room(old)):
                    server.leave_room(sid, room)
                for room in (_person_room(email, language), _language_room(language)):
                    server.enter_room(sid, room)

    def _sids(self, room: str) -> list[str]:
        return [sid for sid, _ in self._members(room)]

    def _members(self, room: str) -> Iterable[tuple[str, str]]:
        """By the ids that socket.io and engine.io know them by."""
        return self._socketio.server.manager.get_participants("/", room)


def change_of(commit: Commit, audience: str) -> dict[str, Any]:
    """The `change` as that audience may see it (contract §4)."""
    before, after = commit.before, commit.after
    differing = (vm_id for vm_id in commit.touched["vms"] if _differs(before.vms.get(vm_id), after.vms.get(vm_id)))
    vm_ids = list(islice(differing, ALL_AT_ONCE + 1))  # enough to know that they are too many
    if len(vm_ids) > ALL_AT_ONCE:
        return {"revision": after.revision, "all": True}
    change = {
        "revision": after.revision,
        "vms": [VM_VIEWS[audience](after.vms[vm_id]) for vm_id in vm_ids if vm_id in after.vms],
        "removed": [vm_id for vm_id in vm_ids if vm_id not in after.vms],
    }
    if commit.touched["groups"]:
        change["groups"] = [GROUP_VIEWS[audience](group) for group in after.groups.values()]
    return change


def _differs(before: Any, after: Any) -> bool:
    return (before and shown(before)) != (after and shown(after))


def _rooms_of(socket_user: SocketUser) -> Iterable[str]:
    if not socket_user.email or not socket_user.session:
        return [STRANGERS]
    return [
        MEMBERS,
        _language_room(socket_user.language),
        _person_room(socket_user.email, socket_user.language),
        _session_room(socket_user.session),
    ]


def _language_room(language: str) -> str:
    return f"language:{language}"


def _person_room(email: str, language: str) -> str:
    return f"person:{language}:{email}"


def _session_room(session: str) -> str:
    return f"session:{session}"
