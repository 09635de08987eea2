"""WebSocket handshakes: an invalid one is answered 400; other headers in the request do no harm."""

import pytest

from support.wire import HOST, RawConnection, statuses

UPGRADE, CONNECTION = b"Upgrade: websocket\r\n", b"Connection: Upgrade\r\n"
KEY, VERSION = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"Sec-WebSocket-Version: 13\r\n"


def handshake(*headers: bytes, host: bytes = HOST, transport: bytes = b"websocket") -> bytes:
    return b"GET /socket.io/?EIO=4&transport=" + transport + b" HTTP/1.1\r\n" + host + b"".join(headers) + b"\r\n"


def key(text: bytes) -> bytes:
    return b"Sec-WebSocket-Key: " + text + b"\r\n"


INVALID = {
    "no key": (UPGRADE, CONNECTION, VERSION),
    "an empty key": (UPGRADE, CONNECTION, VERSION, key(b"")),
    "a key of 15 bytes": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25j")),
    "a key of 17 bytes": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25jZXM=")),
    "a key that is not base64": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25j*Q==")),
    "a key without its padding": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25jZQ")),
    "a key in another alphabet": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25jZ\xe9==")),
    "two keys": (UPGRADE, CONNECTION, VERSION, KEY, KEY),
    "no version": (UPGRADE, CONNECTION, KEY),
    "an old version": (UPGRADE, CONNECTION, KEY, b"Sec-WebSocket-Version: 8\r\n"),
    "two versions": (UPGRADE, CONNECTION, KEY, VERSION, VERSION),
    "no Connection header": (UPGRADE, KEY, VERSION),
    "a connection that is kept alive": (UPGRADE, b"Connection: keep-alive\r\n", KEY, VERSION),
    "something else than an upgrade": (UPGRADE, b"Connection: not-upgrade\r\n", KEY, VERSION),
    "only the Upgrade header": (UPGRADE,),
}


@pytest.mark.parametrize("transport", [b"websocket", b"polling"])
@pytest.mark.parametrize("headers", INVALID.values(), ids=INVALID)
def test_an_invalid_handshake_is_refused(server, headers, transport):
    before = len(server.log_lines)
    with RawConnection(server) as connection:
        assert statuses(connection.send(handshake(*headers, transport=transport)).to_its_end()) == [400]
    assert [line for line in server.log_lines[before:] if "ERROR" in line or "Traceback" in line] == []


GOOD = {
    "in any case": (b"upgrade: WebSocket\r\n", b"connection: keep-alive, UPGRADE\r\n", KEY, VERSION),
    "a subprotocol": (UPGRADE, CONNECTION, KEY, VERSION, b"Sec-WebSocket-Protocol: x, y\r\n"),
    "characters beyond ASCII": (UPGRADE, CONNECTION, KEY, VERSION, b"X-Name: \xe9\xff\r\n"),
    "an empty header": (UPGRADE, CONNECTION, KEY, VERSION, b"X-Name:\r\n"),
    "many headers": (UPGRADE, CONNECTION, KEY, VERSION, *(b"X-%d: x\r\n" % number for number in range(90))),
}


@pytest.mark.parametrize("headers", GOOD.values(), ids=GOOD)
def test_a_valid_handshake_is_accepted_with_any_other_headers(server, headers):
    with RawConnection(server) as connection:
        assert statuses(connection.send(handshake(*headers)).until(b"\r\n\r\n")) == [101]


@pytest.mark.parametrize("host", [b"a..b", b"xn--a", b"x" * 300, b"h\xe9", b"[::1]:5000", b"lz.example.com.:80"])
def test_a_handshake_with_any_host_does_no_harm(server, host):
    with RawConnection(server) as connection:
        raw = handshake(UPGRADE, CONNECTION, KEY, VERSION, host=b"Host: " + host + b"\r\n")
        assert statuses(connection.send(raw).until(b"\r\n\r\n")) in ([101], [400])
    assert "Traceback" not in server.log
