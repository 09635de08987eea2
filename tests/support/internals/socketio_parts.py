"""python-socketio, Flask-SocketIO and simple-websocket."""

import logging
import socket

import engineio
import flask
import flask_socketio
import simple_websocket
import socketio
from flask import Flask, g, request, session
from socketio.packet import CONNECT, DISCONNECT, EVENT

from loadzone.server.socket_rooms import SocketRooms
from loadzone.server.websocket import HANDSHAKE
from support.internals.engineio_parts import QUIET, ask, connect
from support.internals.registry import used

KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, 1.3
MASK = bytes(4)


def server() -> socketio.Server:
    return socketio.Server(
        async_mode="threading", async_handlers=False, monitor_clients=False, logger=QUIET, engineio_logger=QUIET
    )


def enter(sio: socketio.Server) -> str:
    """Connect a client to the namespace `/`; return its Engine.IO id."""
    sid = connect(sio.eio)
    ask(sio.eio, "POST", f"sid={sid}", b"40")
    return sid


@used("server.eio")
def engine():
    assert isinstance(server().eio, engineio.Server)


@used("server.environ")
def environs():
    sio = server()
    sid = enter(sio)
    assert sid in sio.environ
    ask(sio.eio, "POST", f"sid={sid}", b"1")
    assert sid not in sio.environ


@used("socketio.packet")
def packet_types():
    assert (CONNECT, DISCONNECT, EVENT) == (0, 1, 2)
    assert socketio.packet.Packet(DISCONNECT, namespace="/").encode() == "1"


@used("server.packet_class")
def packet():
    encoded = server().packet_class(EVENT, ["change", {"a": "b"}], namespace="/").encode()
    assert encoded == '2["change",{"a":"b"}]'


@used("server.manager.get_participants")
def participants():
    sio = server()
    engine_id = enter(sio)
    [(sid, same)] = members = list(sio.manager.get_participants("/", None))
    assert same == engine_id
    sio.enter_room(sid, "room")
    for _ in sio.manager.get_participants("/", "room"):
        sio.leave_room(sid, "room")
    assert members
    assert list(sio.manager.get_participants("/", "no such room")) == []


@used("server.emit")
def same_packet_as_emit():
    app = Flask(__name__)
    sockets = flask_socketio.SocketIO(app, async_mode="threading", async_handlers=False, monitor_clients=False)
    sio = sockets.server
    queue = sio.eio.sockets[enter(sio)].queue
    while not queue.empty():
        queue.get()
    sio.emit("change", {"a": "b"})
    SocketRooms(sockets).send(None, "change", lambda: {"a": "b"})
    assert queue.get(timeout=5).encode() == queue.get(timeout=5).encode()


@used("SocketIO(app)")
def middleware():
    app = Flask(__name__)
    app.wsgi_app = ours = lambda environ, start_response: [b"ours"]
    flask_socketio.SocketIO(app, async_mode="threading", monitor_clients=False)
    assert app.wsgi_app is not ours
    assert app.wsgi_app({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, lambda *_: None) == [b"ours"]


@used("SocketIO.on_event")
def connect_handler():
    app = Flask(__name__)
    app.secret_key = "s"
    sockets = flask_socketio.SocketIO(app, async_mode="threading", manage_session=False, monitor_clients=False)
    seen = []

    def handle(*_):
        g.kept = 1
        seen.append((request.headers["X-Name"], session.get("a"), g.kept, type(session._get_current_object())))

    sockets.on_event("connect", handle)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["a"] = "b"
    sockets.test_client(app, headers={"X-Name": "n"}, flask_test_client=client)
    assert seen == [("n", "b", 1, flask.sessions.SecureCookieSession)]


@used("SocketIO(logger, engineio_logger)")
def loggers():
    ours = logging.getLogger("tests.socketio")
    sockets = flask_socketio.SocketIO(
        Flask(__name__), async_mode="threading", logger=ours, engineio_logger=ours, monitor_clients=False
    )
    assert sockets.server.logger is ours
    assert sockets.server.eio.logger is ours
    assert not ours.handlers


class Sent:
    """Stands for the connection: brings `incoming`, and notes what is sent."""

    def __init__(self, incoming: bytes = b"") -> None:
        self.incoming, self.frames = [incoming, b""], []

    def recv(self, size: int) -> bytes:
        return self.incoming.pop(0)

    def send(self, content: bytes) -> int:
        self.frames.append(content)
        return len(content)

    def close(self) -> None:
        pass


class Later:
    """Stands for a thread that does not run yet."""

    name = "later"

    def __init__(self, target) -> None:
        self.run = target

    def start(self) -> None:
        pass


def websocket(**headers: str) -> tuple[simple_websocket.Server, bytes]:
    """Return a WebSocket that has answered its handshake, and the answer."""
    ours, theirs = socket.socketpair()
    with ours, theirs, theirs.makefile("rb", -1) as reader:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/socket.io/",
            "QUERY_STRING": "",
            "SERVER_SOFTWARE": "gevent/1 Python/3",
            "wsgi.input": reader,
            **HANDSHAKE,
            "HTTP_SEC_WEBSOCKET_KEY": KEY,
            **headers,
        }
        ws = simple_websocket.Server(environ, thread_class=Later, max_message_size=100)
        ws.sock.close()
        return ws, ours.recv(65536)


@used("simple_websocket.Server")
def in_the_constructor():
    ws, answer = websocket()
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert ws.mode == "gevent"
    assert isinstance(ws.thread, Later)


@used("Server.handshake")
def headers_of_the_handshake():
    answer = websocket()[1]
    assert ACCEPT in answer
    assert b"extensions" not in answer.lower()
    assert b"permessage-deflate" in websocket(HTTP_SEC_WEBSOCKET_EXTENSIONS="permessage-deflate")[1]


@used("Server.sock")
def everything_is_sent_by_it():
    ping = b"\x89\x81" + MASK + b"p"
    ws, _ = websocket()
    ws.sock = sent = Sent(ping)
    ws.thread.run()
    assert sent.frames == [b"\x8a\x01p"], "the reader takes the new socket, and the pong goes through it"
    ws.connected = True
    ws.send("text")
    ws.close()
    assert sent.frames[1] == b"\x81\x04text"
    assert sent.frames[2][:1] == b"\x88"


@used("Server.connected")
def connected():
    ws, _ = websocket()
    assert ws.connected
    ws.sock = Sent()
    ws.thread.run()
    assert not ws.connected


@used("Server(max_message_size)")
def fragments():
    ws, _ = websocket()
    fragment = b"\x01\xbc" + MASK + b"x" * 60
    ws.sock = Sent(fragment + b"\x00\xbc" + MASK + b"x" * 60)
    ws.thread.run()
    assert ws.incoming_message_len > 100
    assert not ws.connected
    assert ws.sock.frames[0][:1] == b"\x88"
