"""The check of origins accepts LoadZone's own pages and refuses those of other sites."""

import pytest

from loadzone.config import Config
from loadzone.web.origins import is_own

BASE = "https://lz.example.com"
HERE = "127.0.0.1:5000"


def own(origin: str | None, host: str = HERE, scheme: str = "http", forwarded: bool = False, **settings) -> bool:
    environ = {"HTTP_HOST": host, "wsgi.url_scheme": scheme, "SERVER_NAME": "x", "SERVER_PORT": "1"}
    environ |= {"HTTP_ORIGIN": origin} if origin is not None else {}
    environ |= {"HTTP_X_FORWARDED_PROTO": scheme} if forwarded else {}
    return is_own(environ, Config(base_url=BASE, **settings))


@pytest.mark.parametrize("origin", [None, f"http://{HERE}", BASE])
def test_an_own_origin_is_accepted(origin):
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
def test_a_foreign_origin_is_refused(origin):
    assert not own(origin)


@pytest.mark.parametrize("host", ["", "a b", "\xff"])
def test_an_invalid_host_is_refused(host):
    assert not own(f"http://{host}", host=host)


def test_a_default_port_may_be_left_out():
    assert own("http://lz", host="lz:80")
    assert own("https://lz", host="lz:443", scheme="https", forwarded=True, trusted_proxies=1)


def test_behind_a_proxy_the_forwarded_scheme_counts_if_there_is_one():
    behind = {"host": "lz", "trusted_proxies": 1}
    assert own("https://lz", scheme="https", forwarded=True, **behind)
    assert own("https://lz", scheme="wss", forwarded=True, **behind)
    assert not own("http://lz", scheme="https", forwarded=True, **behind)
    assert own("https://lz", **behind)


def test_an_unknown_proxy_may_have_added_tls_but_not_removed_it():
    assert own("https://lz", host="lz")
    assert not own("http://lz", host="lz", scheme="https")


@pytest.mark.parametrize("name", ["evil.example", "a.b:5000", "1.2.3.4.5", "127.0.0.1.nip.io:5000", "x.localhost"])
def test_a_public_name_is_refused_if_the_address_alone_signs_in_and_there_is_no_proxy(name):
    assert not own(f"http://{name}", host=name, auth="trust")
    assert own(f"http://{name}", host=name)
    assert own(f"http://{name}", host=name, auth="trust", trusted_proxies=1)


@pytest.mark.parametrize("name", [HERE, "[::1]:5000", "localhost", "lab-server:5000"])
def test_a_local_name_is_accepted_even_if_the_address_alone_signs_in(name):
    assert own(f"http://{name}", host=name, auth="trust")
