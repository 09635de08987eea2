"""Rooms of sockets: who is in them, and how one message goes to all of them without holding up requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engineio.packet import MESSAGE, Packet
from flask_socketio import SocketIO, join_room
from socketio.packet import EVENT

AT_A_TIME = 25  # sockets; some milliseconds of work
UNREAD_AT_MOST = 500  # messages


class SocketRooms:
    """Rooms of a Flask-SocketIO server, as the Broadcaster needs them (notifications/broadcaster.py)."""

    def __init__(self, socketio: SocketIO) -> None:
        self._socketio = socketio
        self._server = socketio.server

    def on_connect(self, handle: Callable[[Callable[[str], None]], bool]) -> None:
        """Call `handle(join)` within each socket's handshake. `join` puts it into a room; False refuses it."""
        self._socketio.on_event("connect", lambda *_: handle(join_room))

    def start(self, work: Callable[[], None]) -> None:
        """Run this in the background."""
        self._socketio.start_background_task(work)

    def send(self, room: str, event: str, payload: Callable[[], Any]) -> None:
        """Send an event to everybody in the room, a few sockets at a time; requests are answered in between.

        `payload` is called only if somebody is there. The packet is encoded once for all sockets.
        """
        engine = self._server.eio
        members = [engine_id for _, engine_id in self._members(room)]
        if not members:
            return
        packet = Packet(MESSAGE, self._server.packet_class(EVENT, [event, payload()], namespace="/").encode())
        for first in range(0, len(members), AT_A_TIME):
            for engine_id in members[first : first + AT_A_TIME]:
                engine.send_packet(engine_id, packet)
            self._socketio.sleep(0)

    def move(self, room: str, leaving: Iterable[str], entering: Iterable[str]) -> None:
        """Move everybody in the room out of some rooms and into others."""
        leaving, entering = list(leaving), list(entering)
        for sid in self._sids(room):
            for old in leaving:
                self._server.leave_room(sid, old)
            for new in entering:
                self._server.enter_room(sid, new)

    def disconnect(self, room: str) -> None:
        """Cut the sockets of everybody in the room."""
        for sid in self._sids(room):
            self._server.disconnect(sid)

    def drop_slow_readers(self) -> None:
        """Cut sockets that have stopped reading: what they are sent would be kept for them. They fetch all anew."""
        for client in list(self._server.eio.sockets.values()):
            if client.queue.qsize() > UNREAD_AT_MOST:
                client.close(wait=False, abort=True)

    def _sids(self, room: str) -> list[str]:
        return [sid for sid, _ in self._members(room)]

    def _members(self, room: str) -> Iterable[tuple[str, str]]:
        """Return the ids of each member with socket.io and with engine.io."""
        return self._server.manager.get_participants("/", room)
