"""Sockets that send too much, and more sockets than are allowed."""

import itertools
from collections.abc import Iterable

import pytest
import requests
import websocket

from loadzone.server import socket_limits
from support.answers import done
from support.listener import Listener
from support.people import Person
from support.server import Server, data_file

FEW = """from gevent import monkey; monkey.patch_all()
import sys, app
from loadzone.server import socket_limits
assert socket_limits.SOCKETS_PER_NETWORK < socket_limits.SOCKETS_AT_MOST
socket_limits.SOCKETS_PER_NETWORK, socket_limits.SOCKETS_AT_MOST = 3, 5
sys.exit(app.main())"""


def connect(server: Server) -> websocket.WebSocket:
    url = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    client = websocket.create_connection(url, timeout=30)
    client.recv()
    return client


def is_cut_off(client: websocket.WebSocket, frames: Iterable[websocket.ABNF]) -> bool:
    """Send these frames and return True if the server ends the connection, meanwhile or afterwards."""
    try:
        for frame in frames:
            client.send_frame(frame)
        while client.recv():
            pass
    except websocket.WebSocketTimeoutException:
        return False
    except (websocket.WebSocketException, OSError):
        pass
    finally:
        client.shutdown()
    return True


def frame_of(text: str, opcode: int = websocket.ABNF.OPCODE_TEXT, fin: int = 1) -> websocket.ABNF:
    return websocket.ABNF.create_frame(text, opcode, fin)


@pytest.mark.parametrize("packet", ["3", "40", '42["book",{"vm_id":"a"}]', "5", "4x"])
def test_a_client_that_sends_too_much_is_cut_off_and_others_are_not(server, bob, vm, listen, packet):
    listener = listen(bob)
    assert is_cut_off(connect(server), [frame_of(packet) for _ in range(4 * socket_limits.PACKET_BURST)])
    done(bob.book(vm))
    listener.wait_for("notification", vm_id=vm)
    assert "Traceback" not in server.log


@pytest.mark.parametrize("opcode", [websocket.ABNF.OPCODE_PING, websocket.ABNF.OPCODE_PONG])
def test_pings_of_the_client_count_too(server, opcode):
    """Pings are not packets, but a client that sends more than can be answered would keep the server busy."""
    assert is_cut_off(connect(server), [frame_of("", opcode) for _ in range(socket_limits.BYTE_BURST // 4)])
    assert "Traceback" not in server.log


def test_polling_has_the_same_limit(server, charlie):
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    sid = charlie.get("/socket.io/?EIO=4&transport=polling").text.partition('"sid":"')[2].partition('"')[0]
    send = lambda: requests.post(f"{url}&sid={sid}", "\x1e".join(["3"] * 10), timeout=20).status_code  # noqa: E731
    assert [send() for _ in range(4)] == [200] * 4
    assert 400 in (send() for _ in range(30)), "a slow client may send somewhat more than the burst"


@pytest.mark.parametrize("message", ["4" + "9" * socket_limits.MESSAGE_AT_MOST, "6"])
def test_an_invalid_message_by_polling_is_answered_at_once(server, charlie, message):
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    sid = charlie.get("/socket.io/?EIO=4&transport=polling").text.partition('"sid":"')[2].partition('"')[0]
    assert requests.post(f"{url}&sid={sid}", message, timeout=10).status_code == 400


def test_a_message_that_never_ends_is_cut_off(server):
    fragments = (frame_of("x" * 1000, websocket.ABNF.OPCODE_CONT, fin=0) for _ in range(1000))
    assert is_cut_off(connect(server), itertools.chain([frame_of("x" * 1000, fin=0)], fragments))


@pytest.fixture
def small_server(tmp_path):
    """A server that accepts three sockets from a network and five in total."""
    program = tmp_path / "few.py"
    program.write_text(FEW, encoding="utf-8")
    server = Server(data_file(tmp_path), program=str(program), LOADZONE_TRUSTED_PROXIES="1")
    yield server.start()
    server.stop()


def test_sockets_are_limited_by_network_and_in_total(small_server):
    def ask(address: str) -> requests.Response:
        return Person(small_server).get(
            "/socket.io/?EIO=4&transport=polling", X_Forwarded_For=f"203.0.113.9, {address}"
        )

    assert [ask(f"2001:db8::{number}").status_code for number in range(5)] == [200, 200, 200, 401, 401]
    assert [ask("192.0.2.1").status_code for _ in range(3)] == [200, 200, 401], "five in total"
    done(Person(small_server).get("/healthz"))


def test_a_closed_socket_makes_room(small_server):
    person = Person(small_server)
    for _ in range(4):
        with Listener(person, X_Forwarded_For="192.0.2.1"), Listener(person, X_Forwarded_For="192.0.2.1"):
            pass
