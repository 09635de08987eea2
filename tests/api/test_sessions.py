"""One's own sessions: GET /sessions, DELETE /sessions/<id>, and POST /logout for all others."""

import json

import pytest

from support.answers import done, refusal
from support.people import Person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def signed_in(server, email, user_agent=FIREFOX):
    person = Person(server, email)
    person.http.headers["User-Agent"] = user_agent
    return person.sign_in()


def sessions_of(person):
    return done(person.get("/sessions"))


def test_they_are_listed_with_browser_beginning_and_use(server, newcomer):
    elsewhere = signed_in(server, newcomer.email)
    here, there = sorted(sessions_of(newcomer), key=lambda one: not one["current"])
    assert (here["current"], there["current"]) == (True, False)
    assert (there["browser"], there["system"]) == ("Firefox", "Linux")
    assert here["browser"] == "python-requests"
    assert here["system"] is None
    assert there["began"] == there["used"]
    [current] = [one for one in sessions_of(elsewhere) if one["current"]]
    assert current["id"] == there["id"]


def test_an_id_is_not_the_digest_in_the_file(server, newcomer):
    [session] = sessions_of(newcomer)
    digests = server.stored()["users"][newcomer.email]["sessions"]
    assert session["id"] not in digests
    assert not set(digests) & set(json.dumps(session).split('"'))


def test_one_is_ended_and_the_others_go_on(server, newcomer):
    phone, laptop = signed_in(server, newcomer.email), signed_in(server, newcomer.email)
    [session] = [one for one in sessions_of(phone) if one["current"]]
    done(newcomer.request("DELETE", f"/sessions/{session['id']}"))
    assert not phone.is_signed_in()
    assert laptop.is_signed_in()
    assert newcomer.is_signed_in()
    again = newcomer.request("DELETE", f"/sessions/{session['id']}")
    assert refusal(again) == (404, "no_such_session")


def test_all_others_are_ended_at_once(server, newcomer):
    others = [signed_in(server, newcomer.email) for _ in range(3)]
    done(newcomer.sign_out(elsewhere=True))
    assert newcomer.is_signed_in()
    assert not any(other.is_signed_in() for other in others)
    assert len(sessions_of(newcomer)) == 1


def test_everywhere_goes_before_elsewhere(server, newcomer):
    done(newcomer.sign_out(everywhere=True, elsewhere=True))
    assert not newcomer.is_signed_in()


def test_nobody_ends_sessions_of_others(alice, newcomer):
    [session] = sessions_of(newcomer)
    assert refusal(alice.request("DELETE", f"/sessions/{session['id']}")) == (404, "no_such_session")
    assert newcomer.is_signed_in()


@pytest.mark.parametrize("session_id", ["x", "%00", "0" * 64, "a" * 5000, "..%2Fusers"])
def test_any_other_id_is_unknown(newcomer, session_id):
    assert newcomer.request("DELETE", f"/sessions/{session_id}").status_code == 404
    assert newcomer.is_signed_in()


def test_a_long_or_strange_user_agent_does_no_harm(server):
    person = signed_in(server, None, "Mozilla/5.0 " + "é" * 3000)
    [session] = sessions_of(person)
    assert (session["browser"], session["system"]) == (None, None)


def test_sessions_of_trust_end_when_the_setting_becomes_code(start):
    server = start(LOADZONE_AUTH="trust")
    trusted = Person(server).sign_in()
    server.settings["LOADZONE_AUTH"] = "code"
    server.restart()
    assert not trusted.is_signed_in()
    server.wait_for_log(f"{trusted.email} was signed out: LOADZONE_AUTH is not trust any more")
    by_code = Person(server, trusted.email).sign_in()
    server.restart()
    assert by_code.is_signed_in()
    server.settings["LOADZONE_AUTH"] = "trust"
    server.restart()
    assert by_code.is_signed_in()
