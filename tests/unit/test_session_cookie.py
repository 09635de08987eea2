"""The session's cookie, by a clock that is set."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from itsdangerous import timed

from loadzone.auth.session_cookie import SessionCookie
from support.world import NOON


@pytest.fixture
def signed(monkeypatch):
    """Return a cookie header signed at noon, and a function that reads it at another time."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="a key for tests alone", PERMANENT_SESSION_LIFETIME=timedelta(days=365))
    cookie = SessionCookie(app, lambda: clock.now)
    clock = SimpleNamespace(now=NOON)
    monkeypatch.setattr(timed, "time", SimpleNamespace(time=lambda: clock.now.timestamp()))
    header = f"session={cookie.get_signing_serializer(app).dumps({'who': 'ann'})}"

    def read(moment):
        clock.now = moment
        return cookie.content(header, is_secure=False)

    return read


@pytest.mark.parametrize("days", [0, 364, -1, -400])
def test_it_stays_good_for_a_year_and_when_the_clock_is_set_back(signed, days):
    assert signed(NOON + timedelta(days=days)) == {"who": "ann"}


def test_after_a_year_it_is_void(signed):
    assert signed(NOON + timedelta(days=366)) == {}
