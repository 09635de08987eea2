"""WebSocket frames as they are sent."""

import json
import socket

import pytest

from support.answers import done

HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
)
TEXT, PONG = 0x1, 0xA


def test_messages_are_not_compressed(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as browser:
        browser.sendall(HANDSHAKE.encode())
        answer = b""
        while b"pingInterval" not in answer:
            answer += browser.recv(4096)
    head, _, frame = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"sec-websocket-extensions" not in head.lower()
    assert frame[:1] == b"\x81"


@pytest.fixture
def slow_reader(server, alice):
    """A member's WebSocket with a small receive buffer, and the bytes received so far."""
    with socket.socket() as browser:
        browser.settimeout(20)
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        browser.connect(("127.0.0.1", server.port))
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in alice.http.cookies)
        browser.sendall(HANDSHAKE.replace("Host:", f"Cookie: {cookies}\r\nHost:").encode())
        stream = b""
        while b"pingInterval" not in stream:
            stream += browser.recv(4096)
        browser.sendall(bytes((0x81, 0x82, 0, 0, 0, 0)) + b"40")
        while b'40{"sid"' not in stream:
            stream += browser.recv(4096)
        yield browser, stream.partition(b"\r\n\r\n")[2]


def make_many_changes(alice, make_vm, meanwhile) -> None:
    vm_ids = [make_vm(description="x" * 500) for _ in range(60)]
    for number in range(60):
        done(alice.post("/book", {"vm_ids": vm_ids, "hours": 1, "note": f"number {number}"}))
        meanwhile()
        done(alice.post("/cancel", {"vm_ids": vm_ids}))
    done(alice.post("/book", {"vm_ids": vm_ids[:1], "hours": 1, "note": "the last"}))


def read_to_the_last_change(browser: socket.socket, stream: bytes) -> bytes:
    """Read until the last change has come and return all bytes."""
    browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    while b"the last" not in stream[-(1 << 17) :]:
        stream += browser.recv(1 << 16)
    return stream


def notes(frames: list[tuple[int, bytes]]) -> list[str]:
    """Return the notes in every second change, which are those of the bookings."""
    texts = [content.decode() for opcode, content in frames if opcode == TEXT]
    changes = [json.loads(text[2:])[1] for text in texts if text.startswith('42["change"')]
    booked = [change["vms"][0].get("note") for change in changes if change["vms"]]
    return [note for note in booked if note]


def test_a_long_message_reaches_a_slow_reader_complete(slow_reader, alice, make_vm):
    """The message is longer than the kernel's buffer; the rest is sent once there is room."""
    browser, stream = slow_reader
    make_many_changes(alice, make_vm, lambda: None)
    frames = list(frames_of(read_to_the_last_change(browser, stream)))
    assert notes(frames) == [*(f"number {number}" for number in range(60)), "the last"]


def test_a_pong_is_not_sent_inside_another_frame(slow_reader, server, alice, make_vm):
    browser, stream = slow_reader
    ping = lambda text: browser.sendall(bytes((0x89, 0x80 | len(text), 0, 0, 0, 0)) + text)  # noqa: E731
    make_many_changes(alice, make_vm, lambda: ping(b"ping"))
    stream = read_to_the_last_change(browser, stream)
    ping(b"over")
    while b"over" not in stream[-(1 << 17) :]:
        stream += browser.recv(1 << 16)
    frames = list(frames_of(stream))
    assert notes(frames) == [*(f"number {number}" for number in range(60)), "the last"]
    assert [content for opcode, content in frames if opcode == PONG] == [b"ping"] * 60 + [b"over"]
    assert "Traceback" not in server.log


def frames_of(stream: bytes):
    """Yield the complete frames as (opcode, content)."""
    while len(stream) > 1:
        length, start = stream[1], 2
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(stream[2:start], "big")
        assert stream[0] in (0x80 | TEXT, 0x80 | PONG), "not the beginning of a frame"
        if len(stream) < start + length:
            return
        yield stream[0] & 0x0F, stream[start : start + length]
        stream = stream[start + length :]
