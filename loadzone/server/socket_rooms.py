"""Rooms of sockets: moving sockets between them, and sending to all of a room without holding up requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engineio.packet import MESSAGE, Packet
from flask_socketio import SocketIO, emit, join_room
from socketio.packet import EVENT

from loadzone.server.engine_types import EngineServer

SOCKETS_PER_TURN = 25  # some milliseconds of work, after which other greenlets run
UNREAD_AT_MOST = 500  # packets


class SocketRooms:
    """The rooms of a Flask-SocketIO server. Implements Rooms of notifications/broadcaster.py."""

    def __init__(self, socketio: SocketIO) -> None:
        self._socketio = socketio
        self._server = socketio.server
        self._engine: EngineServer = self._server.eio

    def on_connect(self, handle: Callable[[Callable[[str], None], Callable[[str, object], None]], bool]) -> None:
        """Call `handle(join, tell)` within the handshake of each socket.

        `join(room)` puts the socket into a room; `tell(event, payload)` sends it what it gets before it is connected.
        If `handle` returns False, the socket is refused.
        """
        self._socketio.on_event("connect", lambda *_: handle(join_room, emit))

    def start(self, work: Callable[[], None]) -> None:
        """Run `work` in the background."""
        self._socketio.start_background_task(work)

    def send(self, room: str, event: str, payload: Callable[[], object]) -> None:
        """Send an event to all sockets in the room, a few at a time, so that requests are answered in between.

        `payload` is called only if there are any. The packet is encoded once for all of them.
        """
        members = [engine_id for _, engine_id in self._members(room)]
        if not members:
            return
        packet = Packet(MESSAGE, self._server.packet_class(EVENT, [event, payload()], namespace="/").encode())
        for first in range(0, len(members), SOCKETS_PER_TURN):
            for engine_id in members[first : first + SOCKETS_PER_TURN]:
                self._engine.send_packet(engine_id, packet)
            self._socketio.sleep(0)

    def move(self, room: str, leaving: Iterable[str], entering: Iterable[str]) -> None:
        """Take all sockets in the room out of some rooms, and put them into others."""
        leaving, entering = list(leaving), list(entering)
        for sid in self._sids(room):
            for old in leaving:
                self._server.leave_room(sid, old)
            for new in entering:
                self._server.enter_room(sid, new)

    def disconnect(self, room: str) -> None:
        """Disconnect all sockets in the room."""
        for sid in self._sids(room):
            self._server.disconnect(sid)

    def disconnect_all(self) -> None:
        """Cut all connections, so that clients connect again by themselves."""
        for client in list(self._engine.sockets.values()):
            client.close(wait=False, abort=True)

    def drop_slow_readers(self) -> None:
        """Disconnect clients that have stopped reading, since their packets are kept in memory.

        A client that connects again fetches the whole board.
        """
        for client in list(self._engine.sockets.values()):
            if client.queue.qsize() > UNREAD_AT_MOST:
                client.close(wait=False, abort=True)

    def _sids(self, room: str) -> list[str]:
        return [sid for sid, _ in self._members(room)]

    def _members(self, room: str) -> Iterable[tuple[str, str]]:
        """Return the Socket.IO id and the Engine.IO id of each socket in the room."""
        members: Iterable[tuple[str, str]] = self._server.manager.get_participants("/", room)
        return members
