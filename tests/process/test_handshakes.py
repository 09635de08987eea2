"""How a WebSocket begins: what is no handshake is answered 400, and whatever else the request brings does no harm."""

import pytest

from support.wire import HOST, Line, statuses

UPGRADE, CONNECTION = b"Upgrade: websocket\r\n", b"Connection: Upgrade\r\n"
KEY, VERSION = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"Sec-WebSocket-Version: 13\r\n"


def handshake(*lines: bytes, host: bytes = HOST, transport: bytes = b"websocket") -> bytes:
    return b"GET /socket.io/?EIO=4&transport=" + transport + b" HTTP/1.1\r\n" + host + b"".join(lines) + b"\r\n"


def key(text: bytes) -> bytes:
    return b"Sec-WebSocket-Key: " + text + b"\r\n"


NONE = {
    "no key": (UPGRADE, CONNECTION, VERSION),
    "an empty key": (UPGRADE, CONNECTION, VERSION, key(b"")),
    "a key of 15 bytes": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25j")),
    "a key of 17 bytes": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25jZXM=")),
    "a key that is no base64": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25j*Q==")),
    "a key without its padding": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25jZQ")),
    "a key in another alphabet": (UPGRADE, CONNECTION, VERSION, key(b"dGhlIHNhbXBsZSBub25jZ\xe9==")),
    "two keys": (UPGRADE, CONNECTION, VERSION, KEY, KEY),
    "no version": (UPGRADE, CONNECTION, KEY),
    "an old version": (UPGRADE, CONNECTION, KEY, b"Sec-WebSocket-Version: 8\r\n"),
    "two versions": (UPGRADE, CONNECTION, KEY, VERSION, VERSION),
    "no wish for another connection": (UPGRADE, KEY, VERSION),
    "a connection that stays": (UPGRADE, b"Connection: keep-alive\r\n", KEY, VERSION),
    "something else than an upgrade": (UPGRADE, b"Connection: not-upgrade\r\n", KEY, VERSION),
    "nothing but the wish": (UPGRADE,),
}


@pytest.mark.parametrize("transport", [b"websocket", b"polling"])
@pytest.mark.parametrize("lines", NONE.values(), ids=NONE)
def test_what_is_no_handshake_is_refused(server, lines, transport):
    before = len(server.lines)
    with Line(server) as line:
        assert statuses(line.send(handshake(*lines, transport=transport)).to_its_end()) == [400]
    assert [said for said in server.lines[before:] if "ERROR" in said or "Traceback" in said] == []


GOOD = {
    "in any case": (b"upgrade: WebSocket\r\n", b"connection: keep-alive, UPGRADE\r\n", KEY, VERSION),
    "a protocol of its own": (UPGRADE, CONNECTION, KEY, VERSION, b"Sec-WebSocket-Protocol: x, y\r\n"),
    "signs beyond ASCII": (UPGRADE, CONNECTION, KEY, VERSION, b"X-Name: \xe9\xff\r\n"),
    "an empty line": (UPGRADE, CONNECTION, KEY, VERSION, b"X-Name:\r\n"),
    "many lines": (UPGRADE, CONNECTION, KEY, VERSION, *(b"X-%d: x\r\n" % number for number in range(90))),
}


@pytest.mark.parametrize("lines", GOOD.values(), ids=GOOD)
def test_a_handshake_is_taken_whatever_stands_beside_it(server, lines):
    with Line(server) as line:
        assert statuses(line.send(handshake(*lines)).until(b"\r\n\r\n")) == [101]


@pytest.mark.parametrize("host", [b"a..b", b"xn--a", b"x" * 300, b"h\xe9", b"[::1]:5000", b"lz.example.com.:80"])
def test_and_whatever_the_host_is_called(server, host):
    with Line(server) as line:
        raw = handshake(UPGRADE, CONNECTION, KEY, VERSION, host=b"Host: " + host + b"\r\n")
        assert statuses(line.send(raw).until(b"\r\n\r\n")) in ([101], [400])
    assert "Traceback" not in server.log
