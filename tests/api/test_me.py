"""GET /me, POST /me and POST /logout"""

from datetime import timedelta, timezone

import pytest

from support.answers import done, refusal
from support.inventory import moment
from support.people import Person


def test_a_stranger_is_not_authenticated(charlie):
    assert done(charlie.get("/me")) == {"authenticated": False}


def test_a_signed_in_person_sees_who_they_are(alice, newcomer):
    me = done(newcomer.get("/me"))
    assert (me["authenticated"], me["email"], me["role"]) == (True, newcomer.email, "user")
    assert me["language"] in ("ru", "en")
    assert me["bookings"] == []
    assert alice.me()["role"] == "admin"


def test_the_history_is_the_persons_own_oldest_first(bob, newcomer, make_vm):
    one, other = make_vm(), make_vm()
    bob.book(make_vm())
    newcomer.book(one)
    newcomer.book(other)
    newcomer.renew(one)
    newcomer.cancel(one)
    assert [(record["vm_id"], record["action"]) for record in newcomer.history()] == [
        (one, "book"),
        (other, "book"),
        (one, "renew"),
        (one, "cancel"),
    ]
    starts = [record["start"] for record in newcomer.history()]
    assert starts == sorted(starts)


def test_it_is_kept_from_caches(bob):
    assert "no-" in bob.get("/me").headers["Cache-Control"]


def test_the_chosen_language_is_kept_for_the_person(newcomer, server):
    assert done(newcomer.choose_language("ru"))["language"] == "ru"
    assert newcomer.me()["language"] == "ru"
    elsewhere = Person(server, newcomer.email, language="en").sign_in()
    assert elsewhere.me()["language"] == "ru", "the choice is the person's, not the browser's"


def test_the_answer_is_that_of_get_me(newcomer):
    assert done(newcomer.choose_language("en")) == newcomer.me()


@pytest.mark.parametrize("language", ["de", "", "RU ", 7, [], {}, True, "ru\x00"])
def test_other_languages_are_refused(newcomer, language):
    answer = newcomer.choose_language(language)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "language"


def test_a_stranger_cannot_choose_a_language(charlie):
    assert refusal(charlie.choose_language("ru")) == (401, "not_signed_in")


def test_signing_out_ends_the_session(newcomer, vm):
    assert done(newcomer.sign_out()) == {"status": "ok"}
    assert not newcomer.is_signed_in()
    assert refusal(newcomer.book(vm)) == (401, "not_signed_in")


def test_signing_out_needs_no_body_and_no_session(newcomer, charlie):
    assert done(newcomer.request("POST", "/logout")) == {"status": "ok"}
    assert not newcomer.is_signed_in()
    assert done(charlie.sign_out()) == {"status": "ok"}


def test_signing_out_here_leaves_the_other_browser_signed_in(newcomer, server):
    elsewhere = Person(server, newcomer.email).sign_in()
    newcomer.sign_out()
    assert elsewhere.is_signed_in()


def test_signing_out_everywhere_ends_all_sessions(newcomer, bob, server):
    elsewhere = Person(server, newcomer.email).sign_in()
    done(newcomer.sign_out(everywhere=True))
    assert not newcomer.is_signed_in()
    assert not elsewhere.is_signed_in()
    assert bob.is_signed_in()
    assert elsewhere.sign_in().is_signed_in(), "signing in again works"


def test_a_cookie_from_before_signing_out_everywhere_is_void_after_a_restart(start):
    server = start()
    ann, thief = Person(server), Person(server)
    ann.sign_in()
    thief.http.cookies.update(ann.http.cookies)
    ann.sign_out(everywhere=True)
    server.restart()
    assert not thief.is_signed_in()


def test_a_cookie_from_before_signing_out_is_void(newcomer, server):
    thief = Person(server)
    thief.http.cookies.update(newcomer.http.cookies)
    newcomer.sign_out()
    assert not thief.is_signed_in()


def test_a_session_outlives_a_restart(start):
    server = start()
    ann = Person(server).sign_in()
    server.restart()
    assert ann.is_signed_in()


def test_another_key_ends_all_sessions(start):
    server = start()
    ann = Person(server).sign_in()
    server.settings["LOADZONE_SECRET_KEY"] = "quite another key, as long as the first"
    server.restart()
    assert not ann.is_signed_in()


# Letters and the time zone


def test_everybody_gets_all_letters_until_they_choose(newcomer):
    letters = newcomer.me()["letters"]
    assert {"reminder", "held", "ended"} <= letters.keys()
    assert all(letters.values())
    assert "code" not in letters


def test_the_choice_of_letters_is_kept_and_others_stay_as_they_are(newcomer, server):
    assert done(newcomer.choose(letters={"reminder": False, "held": False}))["letters"]["reminder"] is False
    done(newcomer.choose(letters={"held": True}))
    elsewhere = Person(server, newcomer.email).sign_in().me()["letters"]
    assert [kind for kind, is_wanted in elsewhere.items() if not is_wanted] == ["reminder"]


def test_the_zone_is_kept(newcomer):
    assert newcomer.me()["zone"] is None
    assert done(newcomer.choose(zone="Asia/Yekaterinburg"))["zone"] == "Asia/Yekaterinburg"
    assert newcomer.me()["zone"] == "Asia/Yekaterinburg"


def test_several_wishes_are_one_change(newcomer):
    me = done(newcomer.choose(language="ru", letters={"ended": False}, zone="Europe/Berlin"))
    assert (me["language"], me["letters"]["ended"], me["zone"]) == ("ru", False, "Europe/Berlin")


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"letters": {"code": False}}, "letters"),
        ({"letters": {"nonsense": True}}, "letters"),
        ({"letters": {"reminder": "no"}}, "letters.reminder"),
        ({"letters": []}, "letters"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "Europe"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"zone": "/etc/localtime"}, "zone"),
        ({"zone": "zone.tab"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"zone": "Factory"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"zone": "x" * 65}, "zone"),
        ({"zone": "Europe/Berlin\x00"}, "zone"),
        ({"zone": 3}, "zone"),
        ({}, "language"),
        ({"language": None, "zone": None}, "language"),
    ],
)
def test_other_wishes_are_refused_and_nothing_is_kept(newcomer, wishes, field):
    before = newcomer.me()
    answer = newcomer.choose(**{"language": "ru", **wishes} if wishes and "language" not in wishes else wishes)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == field
    assert newcomer.me() == before


def test_a_call_without_a_wish_is_told_what_it_could_bring(newcomer):
    assert newcomer.choose().json()["error"] == "Give at least one of these: language, letters, zone."


def test_refusals_tell_times_in_the_zone_of_the_person(newcomer, bob, vm):
    until = moment(done(bob.book(vm, 1))["expires_at"])
    done(newcomer.choose(zone="Asia/Kathmandu"))
    local = until.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert f"{local:%H:%M} (UTC+05:45)" in newcomer.book(vm).json()["error"]
