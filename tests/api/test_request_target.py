"""A request's target may be a path or a whole address (RFC 9112, 3.2)."""

import http.client
from urllib.parse import urlsplit

import pytest


@pytest.mark.parametrize("target", ["/healthz", "{url}/healthz", "HTTP://elsewhere.example/healthz"])
def test_the_health_check_is_found(server, target):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.putrequest("GET", target.format(url=server.url))
    connection.endheaders()
    assert connection.getresponse().status == 200
    connection.close()
