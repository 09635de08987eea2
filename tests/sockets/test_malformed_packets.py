"""Sockets that send malformed packets are disconnected or ignored, and leave no error in the log."""

import pytest
import requests
import websocket

from support.answers import done

DEEP = "[" * 1500
NO_PACKETS = {"a letter": "x", "empty": "", "a sign": "-1", "invalid base64": "bA", "deeply nested": f"4{DEEP}"}
UNUSUAL = {
    "invalid JSON": "40{bad",
    "a list": "40[1]",
    "a deeply nested list": f"40{DEEP}",
    "another namespace": "40/x,{bad",
    "leaving another namespace": "41/x,",
    "an event": '42["book"',
    "a digit of another script": "\u0664",
}


@pytest.fixture
def no_errors_logged(server):
    """Check that the test adds no error to the log."""
    before = len(server.log_lines)
    yield
    errors = [line for line in server.log_lines[before:] if "ERROR" in line or "Traceback" in line or "failed" in line]
    assert errors == []


@pytest.fixture
def connect():
    """Return a function that opens a WebSocket, at this URL or as a new session."""
    clients = []

    def open_one(server, url: str = "") -> websocket.WebSocket:
        new = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
        clients.append(websocket.create_connection(url or new, timeout=10))
        if not url:
            clients[-1].recv()
        return clients[-1]

    yield open_one
    for client in clients:
        client.shutdown()


def polling_url(server) -> str:
    """Open a session by polling and return its URL."""
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    return f"{url}&sid=" + requests.get(url, timeout=10).text.partition('"sid":"')[2].partition('"')[0]


@pytest.mark.parametrize("message", NO_PACKETS.values(), ids=NO_PACKETS)
def test_a_malformed_packet_ends_a_websocket(server, no_errors_logged, connect, message):
    client = connect(server)
    client.send(message)
    frame = client.recv_frame()
    assert frame.opcode == websocket.ABNF.OPCODE_CLOSE


@pytest.mark.parametrize("message", ["x", ""])
def test_a_malformed_packet_ends_the_upgrade_to_a_websocket(server, no_errors_logged, connect, message):
    client = connect(server, polling_url(server).replace("http", "ws").replace("polling", "websocket"))
    client.send("2probe")
    assert client.recv() == "3probe"
    client.send(message)
    while client.sock.recv(4096):
        pass  # until the server ends the connection


@pytest.mark.parametrize(
    "body", [*NO_PACKETS.values(), b"\xff", "4\x1e", "\x1e".join("3" * 40)], ids=lambda body: ascii(body[:5])
)
def test_a_malformed_packet_by_polling_is_refused(server, no_errors_logged, body):
    data = body.encode() if isinstance(body, str) else body
    assert requests.post(polling_url(server), data, timeout=10).status_code == (400 if data else 200)


@pytest.mark.parametrize("message", UNUSUAL.values(), ids=UNUSUAL)
def test_the_content_of_packets_is_ignored(server, no_errors_logged, connect, bob, vm, listen, message):
    client, listener = connect(server), listen(bob)
    client.send(message)
    assert requests.post(polling_url(server), message.encode(), timeout=10).status_code == 200
    done(bob.book(vm))
    listener.wait_for("notification", vm_id=vm)


@pytest.mark.parametrize("body", ["40\x1e1", "1\x1e40", "41\x1e40\x1e1", "1\x1e3"], ids=ascii)
def test_a_client_that_connects_and_leaves_in_one_request_is_gone(server, no_errors_logged, bob, vm, listen, body):
    listener, url = listen(bob), polling_url(server)
    requests.post(url, body, timeout=10)
    assert requests.post(url, "3", timeout=10).status_code == 400
    assert requests.get(url, timeout=10).status_code == 400
    done(bob.book(vm))
    listener.wait_for("notification", vm_id=vm)
