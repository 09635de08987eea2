"""At a stop a proxy learns which connections end, and sends requests elsewhere; what has come is answered."""

import subprocess
import sys

import gevent
import pytest
from gevent import socket
from gevent.event import Event
from gevent.pool import Pool

from loadzone.server.gevent_server import Server
from loadzone.server.http_protocol import HttpHandler
from loadzone.server.idle_connections import IdleConnections
from support.server import ROOT

GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
SECONDS = 30


class App:
    """Answers at once; at /slow before, and at /half within its answer, when `go_on` is set."""

    def __init__(self):
        self.reached, self.go_on = Event(), Event()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            self._wait()
        start_response("200 OK", [("Content-Length", "4")])
        yield b"ab"
        if environ["PATH_INFO"] == "/half":
            self._wait()
        yield b"cd"

    def _wait(self):
        self.reached.set()
        assert self.go_on.wait(SECONDS)


@pytest.fixture
def app():
    return App()


@pytest.fixture
def server(app):
    options = {"handler_class": HttpHandler, "log": None, "spawn": Pool(10)}
    server = Server(("127.0.0.1", 0), app, sender_of=lambda cookies, authorization: None, **options)
    server.start()
    yield server
    server.stop(timeout=SECONDS)


@pytest.fixture
def connection(server):
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=SECONDS) as connection:
        yield connection


def answer(connection) -> bytes:
    """Return the next answer, which ends with "abcd"."""
    received = b""
    while not received.endswith(b"abcd"):
        received += connection.recv(4096) or pytest.fail(f"the connection ended after {received!r}")
    return received


def has_ended(connection) -> bool:
    return connection.recv(1) == b""


def test_a_connection_without_a_request_ends(server, connection):
    connection.sendall(GET % b"/")
    assert b"close" not in answer(connection)
    gevent.sleep(0)
    server.close()
    assert has_ended(connection)


def test_a_request_that_has_come_and_was_not_read_is_answered(server, connection):
    connection.sendall(GET % b"/")
    answer(connection)
    connection.sendall(GET % b"/")
    server.close()
    assert b"\r\nConnection: close\r\n" in answer(connection)
    assert has_ended(connection)


def test_a_request_under_way_is_answered_and_told_that_the_connection_ends(app, server, connection):
    connection.sendall(GET % b"/slow")
    assert app.reached.wait(SECONDS)
    server.close()
    app.go_on.set()
    assert b"\r\nConnection: close\r\n" in answer(connection)
    assert has_ended(connection)


def test_a_connection_whose_answer_had_begun_ends_after_it(app, server, connection):
    connection.sendall(GET % b"/half")
    assert app.reached.wait(SECONDS)
    server.close()
    app.go_on.set()
    assert b"close" not in answer(connection)
    assert has_ended(connection)


def test_a_connection_that_is_closed_already_does_no_harm():
    idle, (near, far) = IdleConnections(), socket.socketpair()
    with near, far:
        idle.add(near)
        near.close()
        idle.end()


GREEN = """
from gevent import monkey
monkey.patch_all()
import gevent, socket
from loadzone.server.idle_connections import IdleConnections
idle, pairs = IdleConnections(), [socket.socketpair() for _ in range(10)]
for near, _ in pairs:
    idle.add(near)
gevent.spawn(print, "another one ran")
idle.end()
print("ended")
"""


def test_no_other_green_thread_runs_while_connections_are_ended():
    """One could close a connection, or begin to read a request."""
    ended = subprocess.run([sys.executable, "-c", GREEN], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert ended.stdout.splitlines()[0] == "ended", ended.stderr
