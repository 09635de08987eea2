"""WebSocket frames on the wire."""

import json
import socket

from support.answers import done

HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
)


def test_messages_are_not_compressed_for_each_browser_anew(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as browser:
        browser.sendall(HANDSHAKE.encode())
        answer = b""
        while b"pingInterval" not in answer:
            answer += browser.recv(4096)
    head, _, frame = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"sec-websocket-extensions" not in head.lower()
    assert frame[:1] == b"\x81"


def test_a_long_message_reaches_a_slow_reader_whole(server, alice, make_vm):
    """More than the kernel takes at once: what is left waits until there is room."""
    vm_ids = [make_vm(description="x" * 500) for _ in range(60)]
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
        for number in range(60):
            done(alice.post("/book", {"vm_ids": vm_ids, "hours": 1, "note": f"number {number}"}))
            done(alice.post("/cancel", {"vm_ids": vm_ids}))
        done(alice.post("/book", {"vm_ids": vm_ids[:1], "hours": 1, "note": "the last"}))
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        while b"the last" not in stream[-(1 << 17) :]:
            stream += browser.recv(1 << 16)
    rest = stream.partition(b"\r\n\r\n")[2]
    messages = list(_messages(rest))
    changes = [json.loads(text[2:])[1] for text in messages if text.startswith('42["change"')]
    notes = [change["vms"][0]["note"] for change in changes]
    assert notes[::2] == [*(f"number {number}" for number in range(60)), "the last"]


def _messages(stream):
    while len(stream) > 10:
        length, start = stream[1], 2
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(stream[2:start], "big")
        assert stream[0] == 0x81, "not the beginning of a frame"
        if len(stream) < start + length:
            return
        yield stream[start : start + length].decode()
        stream = stream[start + length :]
