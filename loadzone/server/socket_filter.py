"""Lets clients only connect and disconnect over their sockets."""

from __future__ import annotations

import socketio
from socketio.packet import CONNECT, DISCONNECT

from loadzone.server.engine_types import EngineServer

ALLOWED_PACKET_TYPES = (str(CONNECT), str(DISCONNECT))  # the first character of a Socket.IO packet


def ignore_client_messages(server: socketio.Server) -> None:
    """Ignore every client packet except CONNECT and DISCONNECT, and the data of these two.

    LoadZone takes no commands over sockets, so nothing that a client sends needs to be parsed or kept.
    """
    engine: EngineServer = server.eio
    connected = server.environ
    handle = engine.handlers["message"]

    def handle_allowed(sid: str, message: object) -> None:
        if isinstance(message, str) and message[:1] in ALLOWED_PACKET_TYPES and sid in connected:
            handle(sid, message[0])

    engine.on("message", handle_allowed)
