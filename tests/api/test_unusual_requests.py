"""Unusual requests: an absolute URL as target (RFC 9112, section 3.2), a body without a length, foreign cookies."""

import http.client
from urllib.parse import urlsplit

import pytest


@pytest.mark.parametrize("target", ["/healthz", "{url}/healthz", "HTTP://elsewhere.example/healthz"])
def test_an_absolute_url_as_target_is_accepted(server, target):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.putrequest("GET", target.format(url=server.url))
    connection.endheaders()
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("cookie", [b"session=\xff", b"session=a; other=" + b"x" * 20_000])
def test_a_foreign_cookie_is_ignored(server, cookie):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.request("GET", "/vms", headers={"Cookie": cookie})
    assert connection.getresponse().status == 200
    assert "Traceback" not in server.log
    connection.close()


@pytest.mark.parametrize("filler", [70_000, 1_000_000])
def test_a_body_without_a_length_has_the_same_limit(server, filler):
    """A body sent in chunks does not declare its size."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    body = (part for part in [b'{"email": "a@example.com"}', b" " * filler])
    connection.request("POST", "/auth", body, {"Content-Type": "application/json"}, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
