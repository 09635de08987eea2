"""WebSocket frames on the wire."""

import socket

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
