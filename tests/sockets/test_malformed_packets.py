"""Sockets that say what is no packet: they are cut off or not listened to, and leave no fault in the log."""

import pytest
import requests
import websocket

from support.answers import done

DEEP = "[" * 1500
NO_PACKETS = {"a letter": "x", "nothing": "", "a sign": "-1", "no base64": "bA", "a deep one": f"4{DEEP}"}
ODD = {
    "no JSON": "40{bad",
    "a list": "40[1]",
    "a deep list": f"40{DEEP}",
    "another place": "40/x,{bad",
    "leaving another": "41/x,",
    "an event": '42["book"',
    "a digit of another script": "\u0664",
}


@pytest.fixture
def quiet(server):
    """The log has no fault in it after this test that was not there before."""
    before = len(server.lines)
    yield
    faults = [line for line in server.lines[before:] if "ERROR" in line or "Traceback" in line or "failed" in line]
    assert faults == []


@pytest.fixture
def connect():
    """Opens a WebSocket, of that address or a new one."""
    lines = []

    def open_one(server, url: str = "") -> websocket.WebSocket:
        new = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
        lines.append(websocket.create_connection(url or new, timeout=10))
        if not url:
            lines[-1].recv()
        return lines[-1]

    yield open_one
    for line in lines:
        line.shutdown()


def polling(server) -> str:
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    return f"{url}&sid=" + requests.get(url, timeout=10).text.partition('"sid":"')[2].partition('"')[0]


@pytest.mark.parametrize("message", NO_PACKETS.values(), ids=NO_PACKETS)
def test_what_is_no_packet_ends_a_websocket(server, quiet, connect, message):
    line = connect(server)
    line.send(message)
    frame = line.recv_frame()
    assert frame.opcode == websocket.ABNF.OPCODE_CLOSE


@pytest.mark.parametrize("message", ["x", ""])
def test_and_the_change_to_one(server, quiet, connect, message):
    line = connect(server, polling(server).replace("http", "ws").replace("polling", "websocket"))
    line.send("2probe")
    assert line.recv() == "3probe"
    line.send(message)
    while line.sock.recv(4096):
        pass  # until it ends


@pytest.mark.parametrize(
    "body", [*NO_PACKETS.values(), b"\xff", "4\x1e", "\x1e".join("3" * 40)], ids=lambda body: ascii(body[:5])
)
def test_nor_is_it_taken_by_polling(server, quiet, body):
    data = body.encode() if isinstance(body, str) else body
    assert requests.post(polling(server), data, timeout=10).status_code == (400 if data else 200)


@pytest.mark.parametrize("message", ODD.values(), ids=ODD)
def test_what_is_said_with_a_packet_is_not_looked_at(server, quiet, connect, bob, vm, listen, message):
    line, ear = connect(server), listen(bob)
    line.send(message)
    assert requests.post(polling(server), message.encode(), timeout=10).status_code == 200
    done(bob.book(vm))
    ear.wait_for("notification", vm_id=vm)


@pytest.mark.parametrize("body", ["40\x1e1", "1\x1e40", "41\x1e40\x1e1", "1\x1e3"], ids=ascii)
def test_who_comes_and_goes_in_one_breath_and_then_speaks_is_told_that_it_is_gone(server, quiet, bob, vm, listen, body):
    ear, url = listen(bob), polling(server)
    requests.post(url, body, timeout=10)
    assert requests.post(url, "3", timeout=10).status_code == 400
    assert requests.get(url, timeout=10).status_code == 400
    done(bob.book(vm))
    ear.wait_for("notification", vm_id=vm)
