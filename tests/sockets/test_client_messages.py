"""Everything that clients send over a socket is ignored, except that they connect and disconnect."""

import pytest
import websocket

from support.answers import done


@pytest.fixture
def client(server):
    """A bare WebSocket that is connected to Socket.IO."""
    url = server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    client = websocket.create_connection(url, timeout=10)
    client.recv()
    client.send("40")
    while not client.recv().startswith("40"):  # a node of several sends the event `seen` before
        pass
    yield client
    client.close()


@pytest.mark.parametrize(
    "frame",
    ['42["book",{"vm_id":"a"}]', '459999999-["x"]', "4x", '43["ack"]', '42"' + "[" * 1500],
    ids=["event", "binary", "garbage", "ack", "deep"],
)
def test_a_message_of_a_client_is_ignored(client, frame, server, bob, vm):
    before = len(server.log_lines)
    client.send(frame)
    client.send_binary(b"x" * 100)
    done(bob.book(vm))
    received = ""
    while vm not in received:
        received = client.recv()
    assert "Traceback" not in "\n".join(server.log_lines[before:])
