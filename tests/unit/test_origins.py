"""Whether a page is one of ours."""

import pytest

from loadzone.config import Config
from loadzone.web.origins import is_own

BASE = "https://lz.example.com"
HERE = "127.0.0.1:5000"


def own(origin: str | None, host: str = HERE, scheme: str = "http", said: bool = False, **settings) -> bool:
    environ = {"HTTP_HOST": host, "wsgi.url_scheme": scheme, "SERVER_NAME": "x", "SERVER_PORT": "1"}
    environ |= {"HTTP_ORIGIN": origin} if origin is not None else {}
    environ |= {"HTTP_X_FORWARDED_PROTO": scheme} if said else {}
    return is_own(environ, Config(base_url=BASE, **settings))


@pytest.mark.parametrize("origin", [None, f"http://{HERE}", BASE])
def test_ones_own(origin):
    assert own(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://lz.example.com.evil.example",
        "http://lz.example.com",
        "http://lz.example.com:8080",
        f"ftp://{HERE}",
        f"http://{HERE}/x",
        f"//{HERE}",
        HERE,
        "http://127.0.0.1:50",
        "null",
        "",
        "http://",
        "http://[",
        "http://a]b[",
    ],
)
def test_anothers(origin):
    assert not own(origin)


@pytest.mark.parametrize("host", ["", "a b", "\xff"])
def test_a_host_that_is_none_is_not_ones_own(host):
    assert not own(f"http://{host}", host=host)


def test_a_default_port_is_not_said():
    assert own("http://lz", host="lz:80")
    assert own("https://lz", host="lz:443", scheme="https", said=True, trusted_proxies=1)


def test_behind_a_proxy_the_scheme_is_what_it_says_and_open_where_it_does_not():
    behind = {"host": "lz", "trusted_proxies": 1}
    assert own("https://lz", scheme="https", said=True, **behind)
    assert own("https://lz", scheme="wss", said=True, **behind)
    assert not own("http://lz", scheme="https", said=True, **behind)
    assert own("https://lz", **behind)


def test_a_proxy_that_nobody_told_of_may_have_spoken_tls_and_none_may_have_spoken_less():
    assert own("https://lz", host="lz")
    assert not own("http://lz", host="lz", scheme="https")


@pytest.mark.parametrize("name", ["evil.example", "a.b:5000", "1.2.3.4.5", "127.0.0.1.nip.io:5000", "x.localhost"])
def test_a_name_that_may_be_anybodys_is_enough_where_more_is_asked_for(name):
    assert not own(f"http://{name}", host=name, auth="trust")
    assert own(f"http://{name}", host=name)
    assert own(f"http://{name}", host=name, auth="trust", trusted_proxies=1)


@pytest.mark.parametrize("name", [HERE, "[::1]:5000", "localhost", "lab-server:5000"])
def test_a_name_that_cannot_be_is_enough(name):
    assert own(f"http://{name}", host=name, auth="trust")
