"""python-engineio: a server without a network, to which requests are put as WSGI calls."""

import ast
import importlib.util
import inspect
import io
import logging
import re
from functools import partial
from types import SimpleNamespace

import engineio
import pytest
from engineio import base_server, base_socket, server as engineio_server, socket as engineio_socket
from engineio.async_drivers.gevent import WebSocketWSGI
from engineio.exceptions import SocketIsClosedError, UnknownPacketError
from engineio.packet import MESSAGE, Packet
from engineio.socket import Socket
from simple_websocket import ConnectionClosed

from loadzone.server.socket_limits import CLIENT_ERRORS
from loadzone.server.websocket import WebSocket
from support.internals.registry import used

QUIET = logging.getLogger("tests.engineio")
QUIET.setLevel(logging.CRITICAL)


def server(**options) -> engineio.Server:
    return engineio.Server(async_mode="threading", monitor_clients=False, logger=QUIET, **options)


def ask(eio: engineio.Server, method: str, query: str, body: bytes = b"", **environ) -> tuple[str, bytes]:
    """Return the status and the body of the answer."""
    statuses = []
    answer = eio.handle_request(
        {
            "REQUEST_METHOD": method,
            "QUERY_STRING": f"EIO=4&transport=polling&{query}",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **environ,
        },
        lambda status, headers: statuses.append(status),
    )
    return statuses[0], b"".join(answer)


def connect(eio: engineio.Server) -> str:
    """Connect a client; return its id."""
    status, answer = ask(eio, "GET", "")
    assert status.startswith("200 "), answer
    sid = re.search(rb'"sid":"([^"]+)"', answer)[1].decode()
    eio.sockets[sid].close = partial(eio.sockets[sid].close, wait=False)
    return sid


@used("engineio.socket.time")
def clock_of_pings():
    seconds = [1000.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_socket, "time", SimpleNamespace(time=lambda: seconds[0]))
        patch.setattr(engineio_socket, "time", SimpleNamespace(time=lambda: seconds[0]))
        eio = server()
        client = eio.sockets[connect(eio)]
        client.last_ping = seconds[0]
        assert client.check_ping_timeout()
        seconds[0] += eio.ping_timeout + 1
        assert not client.check_ping_timeout()
    for module in (base_socket, engineio_socket):
        nodes = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Attribute)]
        assert {node.attr for node in nodes if ast.unparse(node.value) == "time"} == {"time"}


@used("eio._async")
def async_driver():
    made = []

    class Driver:
        def __init__(self, handler, server):
            made.append((handler, server))

        def __call__(self, environ, start_response):
            return ["answer", environ]

    eio = server()
    eio._async = {**eio._async, "websocket": Driver}
    socket = Socket(eio, "id")
    assert socket._upgrade_websocket({"a": 1}, None) == ["answer", {"a": 1}]
    assert made == [(socket._websocket_handler, eio)]


@used("WebSocketWSGI")
def websocket_class():
    from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI

    assert importlib.util.find_spec("geventwebsocket") is None, "gevent-websocket must not be installed"
    assert issubclass(WebSocketWSGI, SimpleWebSocketWSGI)
    ours = WebSocketWSGI("handler", "server")
    assert ours.app == "handler"
    assert ours.server_args.keys() == {"thread_class", "event_class", "selector_class"}

    class Ended:
        connected = False

        def receive(self):
            raise ConnectionClosed

        send = None

    ours.ws = Ended()
    ours.ws.send = lambda message: ours.ws.receive()
    ours.close()
    assert ours.wait() is None
    with pytest.raises(OSError):
        ours.send("x")


class RawConnection:
    """Stands for a WebSocket that brings one message."""

    def __init__(self) -> None:
        self.messages, self.limits = ["4text", None], []
        self.socket = type("Limited", (), {"settimeout": lambda _, seconds: self.limits.append(seconds)})()

    def wait(self):
        return self.messages.pop(0)

    def send(self, message):
        pass

    close = lambda self: None  # noqa: E731


@used("Socket._websocket_handler")
def no_time_limit():
    ours = WebSocket("handler", "server")
    assert not hasattr(ours, "socket")
    assert not hasattr(ours, "_sock")
    line, eio = RawConnection(), server()
    Socket(eio, "id")._websocket_handler(line)
    assert line.limits == [eio.ping_interval + eio.ping_timeout], "a WebSocket with a socket gets a time limit"


@used("eio.handlers")
def handlers():
    eio, calls = server(), []
    for event in ("connect", "disconnect", "message"):
        eio.on(event, lambda *args: calls.append("first"))
        eio.on(event, lambda *args, event=event: calls.append((event, *args[1:])))
    assert eio.handlers.keys() == {"connect", "disconnect", "message"}
    eio.async_handlers = False
    sid = connect(eio)
    ask(eio, "POST", f"sid={sid}", b"4text")
    ask(eio, "POST", f"sid={sid}", b"1")
    assert [call[0] for call in calls] == ["connect", "message", "disconnect"]
    assert calls[0][1]["REQUEST_METHOD"] == "GET"
    assert calls[1:] == [("message", "text"), ("disconnect", "client disconnect")]


@used("eio.sockets")
def sockets():
    eio, known = server(), []
    eio.on("connect", lambda sid, environ: known.append(sid in eio.sockets))
    sid = connect(eio)
    assert known == [True]
    eio.sockets.pop(sid)
    assert ask(eio, "POST", f"sid={sid}", b"3")[0].startswith("400 ")
    eio.on("connect", lambda sid, environ: False)
    assert ask(eio, "GET", "")[0].startswith("401 ")


@used("Socket.receive")
def receive():
    eio = server()
    socket = eio.sockets[connect(eio)]
    received = []
    socket.receive = received.append
    ask(eio, "POST", f"sid={socket.sid}", b"4text")
    assert [packet.data for packet in received] == ["text"]


@used("SocketIsClosedError")
def end_of_a_websocket():
    def refuse(packet):
        raise SocketIsClosedError

    eio, line, faults = server(), RawConnection(), []
    eio.logger = logging.Logger("tests.engineio")
    eio.logger.addFilter(lambda record: faults.append(record) if record.levelno > logging.INFO else False)
    socket = Socket(eio, "id")
    socket.receive = refuse
    socket._websocket_handler(line)
    assert socket.closed
    assert line.messages == [None]
    assert not faults


@used("Socket.handle_post_request")
def post():
    def refuse(environ):
        raise UnknownPacketError

    eio = server()
    socket = eio.sockets[connect(eio)]
    socket.handle_post_request = refuse
    assert ask(eio, "POST", f"sid={socket.sid}", b"4text")[0].startswith("400 ")


@used("Socket.close")
def close():
    assert list(inspect.signature(Socket.close).parameters) == ["self", "wait", "abort", "reason"]
    eio, calls = server(), []
    socket = eio.sockets[connect(eio)]
    socket.close = lambda **options: calls.append(options)
    eio.disconnect(socket.sid)
    assert calls == [{"reason": eio.reason.SERVER_DISCONNECT}]


@used("Socket.queue")
def unread():
    eio = server()
    socket = eio.sockets[connect(eio)]
    before = socket.queue.qsize()
    eio.send(socket.sid, "text")
    assert socket.queue.qsize() == before + 1


@used("eio.log_message_keys")
def logged_once():
    eio, lines = server(), []
    assert isinstance(eio.log_message_keys, set)
    eio.log_message_keys |= CLIENT_ERRORS
    eio.logger = type("Log", (), {"error": lambda self, text: lines.append(text), "info": lambda self, text: None})()
    assert ask(eio, "GET", "sid=unknown")[0].startswith("400 ")
    assert not lines
    sources = inspect.getsource(base_server) + inspect.getsource(engineio_server)
    keys = set(re.findall(r"_log_error_once\([^)]*?'([a-z]+(?:-[a-z]+)+)'\)", sources))
    assert keys == CLIENT_ERRORS | {"bad-origin", "no-websocket"}, "other keys are there: look at each"


@used("Packet(encoded_packet)")
def malformed_packets():
    for text in ("", "x", "4" + "[" * 100_000, "b4*", "\u0664", "4\ud800", b"", b"\xff", "9"):
        try:
            Packet(encoded_packet=text)
        except (ValueError, RecursionError):
            pass


@used("Packet.encode")
def encoded_once():
    packet = Packet(MESSAGE, "text")
    assert packet.encode() is packet.encode()
    assert packet.encode() == "4text"


@used("eio.send_packet")
def send_packet():
    eio, packet = server(), Packet(MESSAGE, "text")
    sid = connect(eio)
    eio.send_packet(sid, packet)
    assert list(eio.sockets[sid].queue.queue)[-1] is packet
    eio.send_packet("unknown", packet)


@used("max_http_buffer_size")
def largest_body():
    eio = server(max_http_buffer_size=10)
    sid = connect(eio)
    assert ask(eio, "POST", f"sid={sid}", b"4" + b"x" * 10)[0].startswith("400 ")


@used("cors_allowed_origins")
def origins():
    asked = []
    eio = server(cors_allowed_origins=lambda origin, environ: asked.append((origin, environ["a"])))
    assert ask(eio, "GET", "", HTTP_ORIGIN="http://other", a=1)[0].startswith("400 ")
    assert asked == [("http://other", 1)]
