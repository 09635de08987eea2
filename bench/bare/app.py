"""What LoadZone is measured against: bare Flask and Flask-SocketIO on the same server, with nothing else to do."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os
import sys
from pathlib import Path

from flask import Flask, Response, request
from flask_socketio import SocketIO
from gevent import pywsgi

sys.path.append(str(Path(__file__).resolve().parents[2]))

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
    """To everybody, as soon as this is answered: LoadZone's commits are told by a greenlet of their own too."""
    socketio.start_background_task(socketio.emit, "change", request.get_json())
    return "ok"


if __name__ == "__main__":
    pywsgi.WSGIServer(
        ("127.0.0.1", int(os.environ["LOADZONE_PORT"])), app, handler_class=HttpHandler, log=None
    ).serve_forever()
