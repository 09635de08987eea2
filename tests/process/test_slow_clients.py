"""Clients that say nothing, little, or never listen: they hold nobody up, and are left after a while.

The server of these tests has the patience of moments instead of minutes; the order of what it waits for is the same.
"""

import select
import socket
from pathlib import Path

import pytest

from support.answers import done
from support.inventory import inventory, machine
from support.listener import Listener
from support.people import Person
from support.server import Server, data_file
from support.waiting import eventually
from support.wire import HOST, Line, statuses

PATIENCE = {
    "IDLE_TIMEOUT": 1.5,
    "REQUEST_LINE_TIMEOUT": 0.7,
    "REQUEST_TIMEOUT": 0.7,
    "SOCKET_TIMEOUT": 6,
    "DRAIN_TIMEOUT": 0.5,
}
MANY = 500
IMPATIENT = f"""from gevent import monkey; monkey.patch_all()
import sys, app
from loadzone.server import http_protocol
assert {set(PATIENCE)} <= set(vars(http_protocol))
vars(http_protocol).update({PATIENCE})
sys.exit(app.main())"""
BOARD = inventory([machine(f"vm-{number}", description="x" * 8000) for number in range(1000)], [])
GET = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /logout HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    program = folder / "impatient.py"
    program.write_text(IMPATIENT, encoding="utf-8")
    server = Server(data_file(folder, BOARD), program=str(program))
    yield server.start()
    server.stop()


def drip(line: Line, head: bytes, drops: bytes) -> None:
    """A byte each while, until the connection is gone; one that takes them all fails the test."""
    line.send(head)
    gone = select.poll()
    gone.register(line.socket, 0)
    for drop in drops:
        line.send(bytes([drop]))
        if gone.poll(100):
            return
    raise AssertionError("the server waited for all of it")


def test_five_hundred_who_say_nothing_hold_nobody_up_and_are_left(server):
    lines = [Line(server) for _ in range(MANY)]
    person = Person(server).sign_in()
    done(person.book("vm-1"))
    for line in lines:
        assert line.to_its_end() == b""
        line.socket.close()
    done(person.cancel("vm-1"))


def test_who_says_nothing_after_an_answer_is_left_too(server):
    with Line(server, patience=5) as line:  # sooner than who does not listen
        assert statuses(line.send(GET).to_its_end()) == [200]


@pytest.mark.parametrize(
    ("head", "drops"),
    [
        (b"", b"GET /" + b"x" * 200),
        (GET[:-2] + b"X: ", b"y" * 200),
        (POST + b"Content-Length: 200\r\n\r\n", b" " * 199),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 40),
        (POST + b"Content-Length: 1000000\r\n\r\n", b" " * 200),
    ],
    ids=["line", "header", "body", "chunks", "too much"],
)
def test_a_byte_now_and_then_is_not_enough(server, head, drops):
    with Line(server) as line:
        drip(line, head, drops)
    assert "Traceback" not in server.log


def is_held(server: Server, line: Line) -> bool:
    """Whether the server's end of that connection is still in its hands: what it closed has the inode 0."""
    ends = f":{server.port:04X}", f":{line.socket.getsockname()[1]:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()]
    return any(row[1].endswith(ends[0]) and row[2].endswith(ends[1]) and row[9] != "0" for row in rows)


def test_who_never_listens_is_left(server):
    """So many megabytes do not fit into what lies between the two."""
    with Line(server) as deaf:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        session = Person(server).sign_in().http.cookies["session"].encode()
        ask = b"GET /vms HTTP/1.1\r\nCookie: session=" + session + b"\r\n" + HOST + b"\r\n"
        deaf.send(ask)
        with Line(server) as line:  # meanwhile others are served
            whole = line.send(ask.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)).to_its_end()
            assert statuses(whole) == [200]
            assert len(whole) > 8_000_000
        assert is_held(server, deaf)
        eventually(lambda: not is_held(server, deaf))


def test_a_websocket_may_be_silent_for_longer(server):
    bob = Person(server).sign_in()
    with Listener(bob) as ear, Line(server) as line:
        line.to_its_end()  # as long as one who says nothing is waited for
        done(bob.book("vm-2"))
        ear.wait_for("notification", vm_id="vm-2")
