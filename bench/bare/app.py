"""The app that LoadZone is compared with: bare Flask and Flask-SocketIO on the same HTTP server, and nothing else."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os
import sys
from pathlib import Path

from flask import Flask, Response, request
from flask_socketio import SocketIO

sys.path.append(str(Path(__file__).resolve().parents[2]))

from loadzone.server.gevent_server import Server
from loadzone.server.http_protocol import HttpHandler

app = Flask(__name__, static_folder=None)
socketio = SocketIO(app, async_mode="gevent")


@app.get("/healthz")
@app.get("/ok")
def ok() -> str:
    return "ok"


@app.post("/echo")
def echo() -> Response:
    return app.json.response(request.get_json())


@app.post("/emit")
def emit() -> str:
    """Send the body to all sockets, from a greenlet of its own: LoadZone sends its commits in the same way."""
    socketio.start_background_task(socketio.emit, "change", request.get_json())
    return "ok"


if __name__ == "__main__":
    Server(
        ("127.0.0.1", int(os.environ["LOADZONE_PORT"])),
        app,
        sender_of=lambda cookies, authorization: None,
        handler_class=HttpHandler,
        log=None,
    ).serve_forever()
