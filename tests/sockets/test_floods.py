"""Sockets that say more than they have to say, or are more than there can be."""

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
    line = websocket.create_connection(f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket", timeout=10)
    line.recv()
    return line


def is_cut_off(line: websocket.WebSocket, frames: Iterable[websocket.ABNF]) -> bool:
    """Whether the server hangs up on who sends these, during it or after."""
    try:
        for frame in frames:
            line.send_frame(frame)
        while line.recv():
            pass
    except websocket.WebSocketTimeoutException:
        return False
    except (websocket.WebSocketException, OSError):
        pass
    finally:
        line.shutdown()
    return True


def text(words: str, opcode: int = websocket.ABNF.OPCODE_TEXT, fin: int = 1) -> websocket.ABNF:
    return websocket.ABNF.create_frame(words, opcode, fin)


@pytest.mark.parametrize("packet", ["3", "40", '42["book",{"vm_id":"a"}]', "5", "4x"])
def test_who_says_too_much_is_cut_off_and_the_others_are_not(server, bob, vm, listen, packet):
    ear = listen(bob)
    assert is_cut_off(connect(server), [text(packet) for _ in range(4 * socket_limits.PACKET_BURST)])
    done(bob.book(vm))
    ear.wait_for("notification", vm_id=vm)
    assert "Traceback" not in server.log


@pytest.mark.parametrize("opcode", [websocket.ABNF.OPCODE_PING, websocket.ABNF.OPCODE_PONG])
def test_pings_of_its_own_count_too(server, opcode):
    """They are no packets, and whoever sends more than can be answered would have the server for itself."""
    assert is_cut_off(connect(server), [text("", opcode) for _ in range(socket_limits.BYTE_BURST // 4)])
    assert "Traceback" not in server.log


def test_nor_does_polling_help(server, charlie):
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    sid = charlie.get("/socket.io/?EIO=4&transport=polling").text.partition('"sid":"')[2].partition('"')[0]
    answers = [requests.post(f"{url}&sid={sid}", "\x1e".join(["3"] * 10), timeout=10).status_code for _ in range(8)]
    assert answers[:4] == [200] * 4
    assert answers[-1] == 400


@pytest.mark.parametrize("message", ["4" + "9" * socket_limits.MESSAGE_AT_MOST, "6"])
def test_who_polls_nonsense_and_never_reads_is_answered(server, charlie, message):
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    sid = charlie.get("/socket.io/?EIO=4&transport=polling").text.partition('"sid":"')[2].partition('"')[0]
    assert requests.post(f"{url}&sid={sid}", message, timeout=10).status_code == 400


def test_a_message_that_never_ends_is_not_kept(server):
    more = (text("x" * 1000, websocket.ABNF.OPCODE_CONT, fin=0) for _ in range(1000))
    assert is_cut_off(connect(server), itertools.chain([text("x" * 1000, fin=0)], more))


@pytest.fixture
def small(tmp_path):
    """A server with room for three sockets of a network, and for five in all."""
    program = tmp_path / "few.py"
    program.write_text(FEW, encoding="utf-8")
    server = Server(data_file(tmp_path), program=str(program), LOADZONE_TRUSTED_PROXIES="1")
    yield server.start()
    server.stop()


def test_a_network_has_so_many_and_the_others_have_room(small):
    def ask(address: str) -> requests.Response:
        return Person(small).get("/socket.io/?EIO=4&transport=polling", X_Forwarded_For=f"203.0.113.9, {address}")

    assert [ask(f"2001:db8::{number}").status_code for number in range(5)] == [200, 200, 200, 401, 401]
    assert [ask("192.0.2.1").status_code for _ in range(3)] == [200, 200, 401], "five in all"
    done(Person(small).get("/healthz"))


def test_who_goes_makes_room(small):
    person = Person(small)
    for _ in range(4):
        with Listener(person, X_Forwarded_For="192.0.2.1"), Listener(person, X_Forwarded_For="192.0.2.1"):
            pass
