"""Clients that send nothing, send slowly or never read delay nobody and are disconnected after a while.

The server of these tests has shorter timeouts, seconds instead of minutes, in the same order.
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
from support.wire import HOST, RawConnection, statuses

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


def send_slowly(connection: RawConnection, head: bytes, rest: bytes) -> None:
    """Send the head, then a byte every 0.1 seconds until the server disconnects. Fails if it accepts all bytes."""
    connection.send(head)
    disconnected = select.poll()
    disconnected.register(connection.socket, 0)
    for byte in rest:
        connection.send(bytes([byte]))
        if disconnected.poll(100):
            return
    raise AssertionError("the server waited for all bytes")


def test_five_hundred_silent_clients_delay_nobody_and_are_disconnected(server):
    connections = [RawConnection(server) for _ in range(MANY)]
    person = Person(server).sign_in()
    done(person.book("vm-1"))
    person.http.close()  # the server would end this connection just when the next request comes
    for connection in connections:
        assert connection.to_its_end() == b""
        connection.socket.close()
    done(person.cancel("vm-1"))


def test_a_client_that_is_silent_after_an_answer_is_disconnected(server):
    # 5 seconds are less than the timeout for clients that do not read.
    with RawConnection(server, patience=5) as connection:
        assert statuses(connection.send(GET).to_its_end()) == [200]


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        (b"", b"GET /" + b"x" * 200),
        (GET[:-2] + b"X: ", b"y" * 200),
        (POST + b"Content-Length: 200\r\n\r\n", b" " * 199),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 40),
        (POST + b"Content-Length: 1000000\r\n\r\n", b" " * 200),
    ],
    ids=["request line", "header", "body", "chunks", "too large"],
)
def test_a_client_that_sends_too_slowly_is_disconnected(server, head, rest):
    with RawConnection(server) as connection:
        send_slowly(connection, head, rest)
    assert "Traceback" not in server.log


def test_waiting_for_room_takes_no_time_from_a_large_body(server):
    """Two bodies of the same person that never come whole go first; each takes the time for a request."""
    person = Person(server).sign_in()
    cookie = b"Cookie: session=" + person.http.cookies["session"].encode() + b"\r\n"
    head = POST.replace(b"/logout", b"/heartbeat") + cookie + b"Content-Length: 70000\r\n\r\n"
    with RawConnection(server) as one, RawConnection(server) as other, RawConnection(server) as last:
        for stalled in (one, other):
            stalled.send(head, b"{")
        last.send(head, b'{"vm_ids": []}'.ljust(70_000))
        assert last.until(b"\r\n").startswith(b"HTTP/1.1 200 ")
        for stalled in (one, other):
            assert stalled.to_its_end() == b""


def is_open(server: Server, connection: RawConnection) -> bool:
    """Return True if the server has not closed its end of the connection; a closed socket has the inode 0."""
    ports = f":{server.port:04X}", f":{connection.socket.getsockname()[1]:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()]
    return any(row[1].endswith(ports[0]) and row[2].endswith(ports[1]) and row[9] != "0" for row in rows)


def test_a_client_that_never_reads_is_disconnected(server):
    """The answer of 8 MB is larger than all buffers between server and client."""
    with RawConnection(server) as idle:
        idle.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        session = Person(server).sign_in().http.cookies["session"].encode()
        request = b"GET /vms HTTP/1.1\r\nCookie: session=" + session + b"\r\n" + HOST + b"\r\n"
        idle.send(request)
        with RawConnection(server) as other:  # other clients are served meanwhile
            answer = other.send(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)).to_its_end()
            assert statuses(answer) == [200]
            assert len(answer) > 8_000_000
        assert is_open(server, idle)
        eventually(lambda: not is_open(server, idle), timeout=60)


def test_a_websocket_may_be_silent_for_longer(server):
    bob = Person(server).sign_in()
    with Listener(bob) as listener, RawConnection(server) as idle:
        bob.http.close()  # the server would end this connection just when the next request comes
        idle.to_its_end()  # ends after the timeout for silent clients
        done(bob.book("vm-2"))
        listener.wait_for("notification", vm_id="vm-2")
