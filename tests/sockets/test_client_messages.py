"""Nothing: what comes over a socket is its coming and going, and the rest is not even looked at."""

import pytest
import websocket

from support.answers import done


@pytest.fixture
def line(server):
    """A bare websocket that has been welcomed."""
    url = server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(url, timeout=10)
    line.recv()
    line.send("40")
    assert line.recv().startswith("40")
    yield line
    line.close()


@pytest.mark.parametrize(
    "frame",
    ['42["book",{"vm_id":"a"}]', '459999999-["x"]', "4x", '43["ack"]', '42"' + "[" * 1500],
    ids=["event", "binary", "garbage", "ack", "deep"],
)
def test_a_command_is_not_heard(line, frame, server, bob, vm):
    spoken = len(server.lines)
    line.send(frame)
    line.send_binary(b"x" * 100)
    done(bob.book(vm))
    told = ""
    while vm not in told:
        told = line.recv()
    assert "Traceback" not in "\n".join(server.lines[spoken:])
