"""gevent's pywsgi: requests are sent through a handler that notes which of its methods are called."""

import io
import socket
import warnings
from dataclasses import dataclass

import gevent.socket
import pytest
from gevent import pywsgi
from gevent.pool import Pool

from support.internals.registry import used

GET = b"GET /path?query HTTP/1.1\r\nHost: localhost\r\n"
HEADERS = [("Content-Length", "2")]


class Recorder(pywsgi.WSGIHandler):
    """Notes the calls, and behaves as `behaviour` says, where it says something."""

    behaviour: dict = {}

    def __init__(self, *args) -> None:
        self.calls, self.arguments = [], args
        args[2].handlers.append(self)
        super().__init__(*args)


def _noting(name: str):
    def method(self, *args):
        self.calls.append(name)
        return self.behaviour.get(name, getattr(pywsgi.WSGIHandler, name))(self, *args)

    return method


for _name in (
    "read_requestline",
    "read_request",
    "MessageClass",
    "_connection_upgrade_requested",
    "get_environ",
    "handle_one_response",
    "start_response",
    "finalize_headers",
    "log_request",
    "_handle_client_error",
):
    setattr(Recorder, _name, _noting(_name))


class Connection:
    """Stands for a socket: has received `request`, and notes what is sent in one call."""

    def __init__(self, request: bytes) -> None:
        self.sent: list[bytes] = []
        self.reader = io.BufferedReader(io.BytesIO(request))

    def makefile(self, mode: str, buffering: int) -> io.BufferedReader:
        assert (mode, buffering) == ("rb", -1)
        return self.reader

    def sendall(self, content) -> None:
        self.sent.append(bytes(content))

    def close(self) -> None:
        pass


@dataclass
class Served:
    """The result of a request: the calls of the handler, the bytes it sent, and the environments of the application."""

    arguments: tuple
    calls: list[str]
    sent: list[bytes]
    environs: list[dict]

    @property
    def answer(self) -> bytes:
        return b"".join(self.sent)


def served(request: bytes, headers=HEADERS, **behaviour) -> Served:
    """Serve a connection that brings these bytes, with methods of the handler replaced by `behaviour`."""
    environs = []

    def app(environ, start_response):
        environs.append(environ)
        start_response("200 OK", headers)
        return [b"ok"]

    handler = type("Handler", (Recorder,), {"behaviour": behaviour})
    server = pywsgi.WSGIServer(("127.0.0.1", 0), app, handler_class=handler, log=None, error_log=io.StringIO())
    server.handlers = []
    connection = Connection(request)
    server.handle(connection, ("192.0.2.1", 1))
    [handler] = server.handlers
    return Served(handler.arguments, handler.calls, connection.sent, environs)


def _raise(error: Exception):
    raise error


@used("WSGIHandler(sock, address, server)")
def handler_arguments():
    sock, address, server = served(GET + b"\r\n").arguments
    assert isinstance(sock, Connection)
    assert address == ("192.0.2.1", 1)
    assert isinstance(server, pywsgi.WSGIServer)


@used("WSGIHandler.socket")
def handler_socket():
    seen = []
    served(GET + b"\r\n", log_request=lambda self: seen.append(self.socket))
    assert isinstance(seen[0], Connection)


@used("WSGIHandler.rfile")
def handler_rfile():
    seen = []
    served(GET + b"\r\n", log_request=lambda self: seen.append(self.rfile is self.socket.reader))
    assert seen == [True]
    ours, theirs = gevent.socket.socketpair()
    with ours, theirs, ours.makefile("rb", -1) as reader:
        assert isinstance(reader, io.BufferedReader)


@used("WSGIHandler.read_requestline")
def request_line():
    lines = []

    def read(self):
        lines.append(pywsgi.WSGIHandler.read_requestline(self))
        return lines[-1]

    served(b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", read_requestline=read)
    assert lines[0] == "GET /\xff HTTP/1.1\r\n"
    late = served(GET + b"\r\n", read_requestline=lambda self: _raise(TimeoutError("late")))
    assert (late.answer, late.calls) == (b"", ["read_requestline"])


@used("pywsgi.MAX_REQUEST_LINE")
def longest_request_line():
    assert pywsgi.MAX_REQUEST_LINE == 8192
    long = served(b"GET /" + b"x" * pywsgi.MAX_REQUEST_LINE + b" HTTP/1.1\r\n\r\n")
    assert long.answer.startswith(b"HTTP/1.1 414 ")
    assert "read_request" not in long.calls


@used("WSGIHandler.read_request")
def rest_of_a_request():
    seen = []

    def read(self, line):
        was_read = pywsgi.WSGIHandler.read_request(self, line)
        seen.append((self.command, self.path, self.request_version, self.content_length, self.close_connection))
        return was_read

    served(GET.replace(b"GET", b"POST") + b"Content-Length: 1\r\nConnection: close\r\n\r\nx", read_request=read)
    assert seen == [("POST", "/path?query", "HTTP/1.1", 1, True)]
    chunked = GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    lengths = []
    served(chunked, handle_one_response=lambda self: lengths.append(self.headers.get("Content-Length")))
    assert lengths[0] is None, "the length beside chunks is taken out"
    malformed = served(GET + b"\r\n", read_request=lambda self, line: _raise(ValueError("malformed")))
    assert malformed.answer.startswith(b"HTTP/1.1 400 ")


@used("WSGIHandler.MessageClass")
def headers():
    seen = []

    def read(self, rfile, *rest):
        assert rfile is self.rfile
        seen.append(pywsgi.WSGIHandler.MessageClass(self, io.BytesIO(b"X: 1\r\nx: 2\r\n\r\n")))
        return seen[-1]

    served(GET + b"\r\n", MessageClass=read)
    assert len(seen) == 1
    assert (seen[0].get("X"), seen[0].get_all("X"), seen[0].status) == ("1", ["1", "2"], "")
    del seen[0]["X"]
    assert seen[0].get("X") is None


@used("WSGIHandler._connection_upgrade_requested")
def upgrade():
    upgrades = served(GET + b"\r\n", _connection_upgrade_requested=lambda self: True)
    assert isinstance(upgrades.environs[0]["wsgi.input"], io.BufferedReader)
    stays = served(GET + b"Upgrade: websocket\r\n\r\n", _connection_upgrade_requested=lambda self: False)
    assert isinstance(stays.environs[0]["wsgi.input"], pywsgi.Input)


@used("WSGIHandler.get_environ")
def environ():
    one = served(GET + b"X-One: 1\r\nX-One: 2\r\nX_Two: 3\r\n\r\n").environs[0]
    assert one["HTTP_X_ONE"] == "1,2"
    assert "HTTP_X_TWO" not in one
    assert (one["PATH_INFO"], one["QUERY_STRING"], one["REMOTE_ADDR"]) == ("/path", "query", "192.0.2.1")
    discarded = []
    replaced = type("Input", (), {"_discard": lambda self: discarded.append(self)})()

    def get(self):
        environ = pywsgi.WSGIHandler.get_environ(self)
        self.wsgi_input = replaced
        return environ

    served(GET + b"\r\n", get_environ=get)
    assert discarded == [replaced]


@used("pywsgi.Input")
def body():
    content = pywsgi.Input(io.BytesIO(b"body"), 4)
    assert content.read() == b"body"
    content._discard()


@used("WSGIHandler.handle_one_response")
def response():
    def last(self):
        pywsgi.WSGIHandler.handle_one_response(self)
        self.close_connection = True

    assert served((GET + b"\r\n") * 2, handle_one_response=last).answer.count(b"HTTP/1.1 200 ") == 1
    assert served((GET + b"\r\n") * 2).answer.count(b"HTTP/1.1 200 ") == 2


@used("WSGIHandler.finalize_headers")
def response_headers():
    def finalize(self):
        assert not any(name == b"Date" for name, _ in self.response_headers)
        self.response_headers.append((b"X-Ours", b"1"))
        pywsgi.WSGIHandler.finalize_headers(self)

    one = served(GET + b"\r\n", finalize_headers=finalize)
    assert one.calls.count("finalize_headers") == 1
    assert b"\r\nX-Ours: 1\r\n" in one.answer


@used("WSGIHandler.log_request")
def access_log():
    assert served(GET + b"\r\n", log_request=lambda self: None).calls.count("log_request") == 1


@used("WSGIHandler._handle_client_error")
def client_error():
    gone = {"read_request": lambda self, line: _raise(OSError("gone"))}
    one = served(GET + b"\r\n", _handle_client_error=lambda self, error: None, **gone)
    assert (one.answer, one.calls.count("_handle_client_error")) == (b"", 1)


@used("WSGIHandler._write_with_headers")
def head_and_body():
    assert [piece[-4:] for piece in served(GET + b"\r\n").sent] == [b"\r\n\r\n", b"ok"]


@used("WSGIHandler.start_response")
def list_of_headers():
    ours = [("Content-Length", "2")]
    assert b"\r\nDate: " in served(GET + b"\r\n", headers=ours).answer
    assert ours == [("Content-Length", "2")], "the list is copied"


@used("SERVER_SOFTWARE")
def name_of_the_server():
    assert served(GET + b"\r\n").environs[0]["SERVER_SOFTWARE"].startswith("gevent")


@used("WSGIServer")
def server():
    log = type("Log", (), {"write": lambda self, text: None, "flush": lambda self: None})()
    pool = Pool(1)
    with socket.create_server(("127.0.0.1", 0)) as other, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # gevent leaves the socket that it could not bind unclosed
        first = pywsgi.WSGIServer(
            other.getsockname(), None, handler_class=Recorder, log=None, error_log=log, spawn=pool
        )
        with pytest.raises(OSError):
            first.init_socket()
    assert first.pool is pool
    second = pywsgi.WSGIServer(("127.0.0.1", 0), None, handler_class=Recorder, log=None, error_log=log, spawn=pool)
    second.init_socket()
    second.start()
    running = pool.spawn(gevent.sleep, 60)
    second.close()
    assert not running.dead, "close() ends connections"
    running.kill()
