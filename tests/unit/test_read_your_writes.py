"""What a request says its sender has seen, and which answers set the cookie."""

from types import SimpleNamespace

import pytest
from flask import Flask

from loadzone.web.read_your_writes import Cookies, Reader, ReadYourWrites

PLAIN = Cookies("seen", "session", "HttpOnly")
SECURE = Cookies("__Host-seen", "__Host-session", "Secure")
TOKEN = {"HTTP_AUTHORIZATION": "Bearer lz_x"}


def reader(path="/vms", cookies=PLAIN, **environ):
    return Reader({"PATH_INFO": path, **environ}, cookies)


@pytest.mark.parametrize(
    ("jar", "number"),
    [
        ("seen=5", 5),
        ("session=x; seen=5", 5),
        ("session=x;seen=5", 5),
        ("seen=5; session=x", 5),
        ("a=b; seen=5 ; c=d", 5),
        ("unseen=1; seen=5", 5),
        ("unseen=5", None),
        ("__Host-seen=5", None),
        ("seen=", None),
        ("seen=-5", None),
        ("seen=5x", None),
        ("seen=5.0", None),
        ("seen=٥", None),
        ("seen=" + "9" * 18, 10**18 - 1),
        ("seen=" + "9" * 19, None),
        ("", None),
    ],
)
def test_the_number_in_a_cookie(jar, number):
    assert PLAIN.seen(jar) == number


def test_over_https_only_a_cookie_of_this_very_host_counts():
    assert SECURE.seen("__Host-seen=5") == 5
    assert SECURE.seen("seen=5") is None


@pytest.mark.parametrize(
    ("environ", "seen"),
    [
        ({}, 0),
        ({"HTTP_COOKIE": "language=ru"}, 0),
        ({"HTTP_COOKIE": "seen=5"}, 5),
        ({"HTTP_COOKIE": "session=x"}, None),
        ({"HTTP_COOKIE": "session=x; seen=5"}, 5),
        ({"HTTP_COOKIE": "session=x; seen=5", "HTTP_LOADZONE_SEEN": "7"}, 7),
        ({"HTTP_COOKIE": "session=x; seen=5", "HTTP_LOADZONE_SEEN": "3"}, 5),
        ({"HTTP_COOKIE": "session=x", "HTTP_LOADZONE_SEEN": "3"}, 3),
        ({"HTTP_LOADZONE_SEEN": "x"}, 0),
        (TOKEN, None),
        ({**TOKEN, "HTTP_LOADZONE_SEEN": "3"}, 3),
        ({**TOKEN, "HTTP_LOADZONE_SEEN": "0"}, 0),
        ({**TOKEN, "HTTP_LOADZONE_SEEN": "x"}, None),
        ({**TOKEN, "HTTP_COOKIE": "session=x; seen=5"}, None),
        ({"HTTP_AUTHORIZATION": "Basic eDp5", "HTTP_COOKIE": "session=x; seen=5"}, 5),
    ],
)
def test_what_the_sender_has_seen(environ, seen):
    assert reader(**environ).seen == seen


@pytest.mark.parametrize(
    ("path", "of_session", "of_token", "of_stranger"),
    [
        ("/me", None, None, 0),
        ("/link/x", None, None, None),
        ("/unsubscribe/x", None, None, None),
        ("/healthz", 0, None, 0),
        ("/cli", 0, None, 0),
    ],
)
def test_of_whom_nobody_knows_what_they_have_seen(path, of_session, of_token, of_stranger):
    assert reader(path, HTTP_COOKIE="session=x").seen == of_session
    assert reader(path, **TOKEN).seen == of_token
    assert reader(path).seen == of_stranger


@pytest.mark.parametrize(
    ("environ", "after_reading", "after_a_change"),
    [
        ({}, False, True),
        ({"HTTP_COOKIE": "session=x"}, True, True),
        ({"HTTP_COOKIE": "session=x; seen=7"}, False, True),
        ({"HTTP_COOKIE": "session=x; seen=8"}, False, False),
        ({"HTTP_COOKIE": "session=x; seen=9"}, True, True),
        (TOKEN, False, False),
        ({**TOKEN, "HTTP_COOKIE": "session=x"}, False, False),
    ],
)
def test_when_the_cookie_is_set(environ, after_reading, after_a_change):
    cookie = [("Set-Cookie", "seen=8; HttpOnly")]
    assert list(reader(**environ).cookies(8, only_reads=True)) == (cookie if after_reading else [])
    assert list(reader(**environ).cookies(8, only_reads=False)) == (cookie if after_a_change else [])


@pytest.mark.parametrize(
    ("scheme", "path", "cookie"),
    [
        ("http", "/", "seen=8; HttpOnly; Path=/; SameSite=Lax"),
        ("https", "/", "__Host-seen=8; Secure; HttpOnly; Path=/; SameSite=Lax"),
        ("http", "/loadzone", "seen=8; HttpOnly; Path=/loadzone; SameSite=Lax"),
        ("https", "/loadzone", "__Secure-seen=8; Secure; HttpOnly; Path=/loadzone; SameSite=Lax"),
    ],
)
def test_the_cookie_is_as_that_of_the_session(scheme, path, cookie):
    app, sent = Flask("test"), []
    app.config.update(SESSION_COOKIE_PATH=path)
    app.extensions["loadzone"] = SimpleNamespace(store=Knowing())

    def layers(environ, start_response):
        start_response("200 OK", [("Name", "value")])
        return ()

    environ = {"PATH_INFO": "/book", "REQUEST_METHOD": "POST", "wsgi.url_scheme": scheme}
    ReadYourWrites(layers, app, path)(environ, lambda status, headers, _: sent.extend(headers))
    assert sent == [("Name", "value"), ("LoadZone-Seen", "8"), ("Set-Cookie", cookie)]


class Knowing:
    """A store that has come to commit 8, and waits for nothing."""

    sequence = 8

    def wait_for(self, sequence, seconds):
        return sequence <= 8
