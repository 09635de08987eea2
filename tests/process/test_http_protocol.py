"""A request has one meaning or is refused, so that no request can hide in another one (request smuggling)."""

import socket
import threading

import pytest

from loadzone import __version__
from support.answers import done
from support.people import Person
from support.wire import HOST, RawConnection, statuses

JSON = b"Content-Type: application/json\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"  # the server closes after this answer
CHUNKED = b"POST /logout HTTP/1.1\r\n" + HOST + JSON + b"Transfer-Encoding: chunked\r\n\r\n"
HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def post(*headers: bytes, body: bytes = b"{}") -> bytes:
    head = b"".join(header + b"\r\n" for header in headers)
    return b"POST /logout HTTP/1.1\r\n" + HOST + JSON + head + b"\r\n" + body


AMBIGUOUS = {
    "a length and chunks": post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks and a length": post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"),
    "two lengths": post(b"Content-Length: 2", b"Content-Length: 30"),
    "one length twice": post(b"Content-Length: 2", b"Content-Length: 2"),
    "a list of lengths": post(b"Content-Length: 2, 30"),
    "a length with a sign": post(b"Content-Length: +2"),
    "a length below zero": post(b"Content-Length: -2"),
    "a length as Python writes it": post(b"Content-Length: 0_2"),
    "a length in another base": post(b"Content-Length: 0x2"),
    "a length with another space": post(b"Content-Length: 2\xa0"),
    "a length of many digits": post(b"Content-Length: " + b"9" * 5000),
    "a space before the colon": post(b"Content-Length : 2"),
    "a folded line": post(b"Content-Length:", b" 2"),
    "a folded first line": b"POST /logout HTTP/1.1\r\n " + HOST + b"Content-Length: 2\r\n\r\n{}",
    "a bare line feed": post(b"X: a\nContent-Length: 2"),
    "line feeds alone": post(b"Content-Length: 2").replace(b"\r\n", b"\n"),
    "a bare carriage return": post(b"X: a\rContent-Length: 2"),
    "NUL": post(b"X: a\0b", b"Content-Length: 2"),
    "a header without a colon": post(b"Content-Length"),
    "a header without a name": post(b": 2"),
    "an unknown coding": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "two codings": post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "a coding twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    "a coding behind a tab": post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "chunks in HTTP/1.0": CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n",
    "a chunk without a size": CHUNKED + b"\r\n",
    "an invalid chunk size": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "a chunk's size with a sign": CHUNKED + b"+2\r\n{}\r\n0\r\n\r\n",
    "a chunk's size in another base": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk's size behind a space": CHUNKED + b" 2\r\n{}\r\n0\r\n\r\n",
    "a chunk larger than memory": CHUNKED + b"fffffffffffffffff\r\n{}",
    "a chunk longer than its size": CHUNKED + b"2\r\n{} \r\n0\r\n\r\n",
    "a line feed in a chunk extension": CHUNKED + b"2;\nx\r\n{}\r\n0\r\n\r\n",
    "bare line feeds after chunks": CHUNKED + b"2\n{}\n0\n\n",
    "too many chunks": CHUNKED + b"1\r\n \r\n" * 1001 + b"0\r\n\r\n",
    "a trailer that is not a header": CHUNKED + b"2\r\n{}\r\n0\r\nGET / HTTP/1.1\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "HTTP/0.9": b"GET /healthz\r\n",
    "HTTP/2.0": b"GET /healthz HTTP/2.0\r\n" + HOST + b"\r\n",
    "two spaces": b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tab for a space": b"GET\t/healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method in lower case": b"get /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    "too many headers": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 100 + b"\r\n",
    "many blanks in a row": b"GET /healthz HTTP/1.1\r\n" + HOST + b"Accept: x" + b" \t" * 32 + b"x\r\n\r\n",
    "a long header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 40_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("raw", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_nothing_after_it_is_read(server, raw):
    with RawConnection(server) as connection:
        assert statuses(connection.send(raw, LAST).to_its_end()) == [400]
    assert "Traceback" not in server.log


GOOD = {
    "a length": post(b"Content-Length: 2"),
    "a length with leading zeros": post(b"Content-Length: 00002"),
    "chunks": CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    "a coding with a capital letter": CHUNKED.replace(b": chunked", b":  Chunked ") + b"2\r\n{}\r\n0\r\n\r\n",
    "many chunks": CHUNKED + b"1\r\n \r\n" * 998 + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    "chunk extensions and a trailer": CHUNKED + b'2;a="b c"\r\n{}\r\n0;x\r\nX-Sum: 1\r\n\r\n',
    "an upgrade that is not a handshake": post(b"Upgrade: websocket", b"Content-Length: 2"),
    "an upgrade with chunks": CHUNKED[:-2] + b"Upgrade: websocket\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a body that nobody reads": post(b"Content-Length: 2", body=b"{}").replace(b"POST /logout", b"GET /healthz"),
    "63 blanks in a row": post(b"X: a" + b" " * 63 + b"b", b"Content-Length: 2"),
    "no body": b"POST /logout HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD)
def test_the_next_request_begins_where_the_last_one_ends(server, raw):
    with RawConnection(server) as connection:
        assert statuses(connection.send(raw, raw, LAST).to_its_end()) == [200, 200, 200]


def test_a_body_is_read_once_though_an_upgrade_is_asked_for(server):
    """A request with a body starts no WebSocket. Neither its bytes nor those of the next request may be read twice."""
    raw = post(b"Upgrade: websocket", b"Connection: Upgrade", b"Content-Length: 2")
    polled = HANDSHAKE.replace(b"transport=websocket", b"transport=polling")[:-2] + b"Content-Length: 2\r\n\r\n{}"
    with RawConnection(server) as connection:
        assert statuses(connection.send(raw, polled, raw, LAST).to_its_end()) == [200, 200, 200, 200]
    assert "Traceback" not in server.log


def test_bytes_after_a_websocket_are_not_read_as_a_request(server):
    """A proxy does not look into a WebSocket. A client that went on with HTTP in it could forge the proxy's headers."""
    with RawConnection(server) as connection:
        connection.send(HANDSHAKE).until(b"\r\n\r\n")
        connection.send(b"\x88\x80\0\0\0\0")  # a close frame
        assert statuses(connection.send(LAST).to_its_end()) == []


def test_bytes_after_a_refused_websocket_are_not_read_as_a_request(server):
    with RawConnection(server) as connection:
        refused = HANDSHAKE.replace(b"EIO=4", b"EIO=3")
        assert statuses(connection.send(refused, LAST).to_its_end()) == [400]


def test_a_client_that_sends_requests_without_a_pause_does_not_block_others(server):
    """The next request of this client is always there already."""
    with RawConnection(server) as connection:
        sender = threading.Thread(target=_send_without_pause, args=(connection,))
        threads = [sender, threading.Thread(target=connection.to_its_end)]
        for thread in threads:
            thread.start()
        try:
            assert [done(Person(server).get("/healthz"))["status"] for _ in range(3)] == ["ok"] * 3
        finally:
            connection.socket.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def _send_without_pause(connection: RawConnection) -> None:
    try:
        while True:
            connection.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
    except OSError:
        pass  # the connection was shut down


def test_expect_100_continue_is_answered(server):
    with RawConnection(server) as connection:
        connection.send(post(b"Expect: 100-continue", b"Content-Length: 2", body=b""))
        assert connection.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert statuses(connection.send(b"{}", LAST).to_its_end()) == [200, 200]


def test_expect_100_continue_with_a_body_too_large_is_refused(server):
    with RawConnection(server) as connection:
        answer = connection.send(post(b"Expect: 100-continue", b"Content-Length: 1000000", body=b"")).to_its_end()
    assert statuses(answer) == [413]
    assert b"Connection: close\r\n" in answer


def test_a_client_that_disconnects_in_the_middle_does_no_harm(server):
    for start in (b"GET /heal", b"GET / HTTP/1.1\r\nHost: x", CHUNKED + b"2\r\n{", post(b"Content-Length: 9")):
        RawConnection(server).send(start).__exit__()
    charlie = Person(server)
    assert done(charlie.get("/healthz")) == {"status": "ok", "version": __version__}
    assert "Traceback" not in server.log
