"""Keeps clients from sending anything over their sockets but their coming and going."""

from __future__ import annotations

from typing import Any

import socketio

COMING_AND_GOING = ("0", "1")  # socket.io's CONNECT and DISCONNECT packets


def ignore_client_messages(server: socketio.Server) -> None:
    """Ignore every client packet except CONNECT and DISCONNECT, and what those two carry.

    LoadZone takes no commands by socket, so that nothing a client sends is parsed or kept.
    """
    environs = server.environ
    handle = server.eio.handlers["message"]

    def handle_allowed(sid: str, message: Any) -> None:
        if isinstance(message, str) and message[:1] in COMING_AND_GOING and sid in environs:
            handle(sid, message[0])

    server.eio.on("message", handle_allowed)
