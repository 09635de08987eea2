"""GET, POST /tokens and DELETE /tokens/<id>: people make, list and revoke the tokens that programs use."""

import re

import pytest

from support.answers import done, refusal
from support.inventory import from_now, moment
from support.people import Person

LISTED_FIELDS = {"id", "name", "created", "expires", "used"}


def test_a_new_token_is_shown_once(newcomer):
    answer = newcomer.make_token("nightly-perf", 30)
    made = done(answer, 201)
    assert made.keys() == LISTED_FIELDS | {"token"}
    assert (made["name"], made["used"]) == ("nightly-perf", None)
    assert re.fullmatch(r"lz_[0-9A-Za-z_-]{40,}", made["token"])
    assert abs(moment(made["created"]) - from_now()).total_seconds() < 60
    assert abs(moment(made["expires"]) - from_now(days=30)).total_seconds() < 60
    assert answer.headers["Cache-Control"] == "no-store"
    [listed] = done(newcomer.tokens())
    assert listed == {name: value for name, value in made.items() if name != "token"}


def test_a_token_is_neither_in_the_file_nor_in_the_log(newcomer, server):
    token = done(newcomer.make_token(), 201)["token"]
    done(newcomer.program(token).get("/me"))
    refusal(newcomer.program(f"{token}x").get("/me"))
    secret = token.split("_", 2)[2]
    assert secret[:20] not in str(server.stored())
    assert secret[:20] not in server.log
    assert newcomer.email in str(server.stored())


def test_every_token_is_different(newcomer):
    made = [done(newcomer.make_token(f"token {n}"), 201) for n in range(5)]
    assert len({one["token"] for one in made}) == len({one["id"] for one in made}) == 5
    assert [one["name"] for one in done(newcomer.tokens())] == [f"token {n}" for n in range(5)]


def test_the_last_use_is_shown(newcomer):
    made = done(newcomer.make_token(), 201)
    done(newcomer.program(made["token"]).get("/vms"))
    [listed] = done(newcomer.tokens())
    assert moment(made["created"]) <= moment(listed["used"]) <= from_now()


@pytest.mark.parametrize("days", [0, -1, 366, 1.5, "30", True, None])
def test_a_token_lasts_a_year_at_most(newcomer, days):
    answer = newcomer.make_token("nightly", days)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "days"
    assert done(newcomer.tokens()) == []


def test_a_token_may_last_a_day_or_a_year(newcomer):
    done(newcomer.make_token("a day", 1), 201)
    done(newcomer.make_token("a year", 365), 201)


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "two\nlines", 5, None])
def test_a_bad_name_is_refused(newcomer, name):
    answer = newcomer.make_token(name)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "name"


def test_names_are_unique_per_person_in_any_case(newcomer, bob):
    done(newcomer.make_token("Nightly ы", 1), 201)
    assert refusal(newcomer.make_token("nightly Ы", 1)) == (409, "name_taken")
    other = done(bob.make_token("Nightly ы", 1), 201)
    done(bob.revoke(other["id"]))
    done(bob.make_token("Nightly ы", 1), 201)
    done(bob.revoke(done(bob.tokens())[-1]["id"]))


def test_a_person_has_fifty_tokens_at_most(newcomer):
    for number in range(50):
        done(newcomer.make_token(f"token {number}"), 201)
    assert refusal(newcomer.make_token("one more")) == (409, "too_many_tokens")
    done(newcomer.revoke(done(newcomer.tokens())[0]["id"]))
    done(newcomer.make_token("one more"), 201)


def test_a_revoked_token_is_void(newcomer):
    made = done(newcomer.make_token(), 201)
    assert done(newcomer.revoke(made["id"])) == {"status": "ok"}
    assert done(newcomer.tokens()) == []
    assert refusal(newcomer.program(made["token"]).get("/me")) == (401, "bad_token")
    assert refusal(newcomer.revoke(made["id"])) == (404, "no_such_token")


@pytest.mark.parametrize("token_id", ["0123456789abcdef", "x", "%00", "é", "x" * 1000])
def test_an_unknown_token_cannot_be_revoked(newcomer, token_id):
    assert refusal(newcomer.revoke(token_id))[0] == 404


def test_the_tokens_of_another_person_are_neither_listed_nor_revoked(newcomer, bob):
    made = done(newcomer.make_token(), 201)
    assert refusal(bob.revoke(made["id"])) == (404, "no_such_token")
    assert refusal(bob.tokens(f"?email={newcomer.email}")) == (403, "not_allowed")
    assert done(newcomer.program(made["token"]).get("/me"))["email"] == newcomer.email


def test_a_person_lists_the_own_tokens_by_address(newcomer):
    made = done(newcomer.make_token(), 201)
    assert [one["id"] for one in done(newcomer.tokens(f"?email={newcomer.email.upper()}"))] == [made["id"]]


def test_an_admin_lists_and_revokes_tokens_of_others(alice, newcomer):
    made = done(newcomer.make_token(), 201)
    [listed] = done(alice.tokens(f"?email={newcomer.email}"))
    assert listed.keys() == LISTED_FIELDS
    assert listed["id"] == made["id"]
    done(alice.revoke(made["id"]))
    assert refusal(newcomer.program(made["token"]).get("/me")) == (401, "bad_token")


def test_the_tokens_of_an_unknown_person_are_not_found(alice):
    assert refusal(alice.tokens("?email=nobody@example.com")) == (404, "no_such_user")
    assert refusal(alice.tokens("?email=nonsense")) == (400, "bad_input")


def test_a_stranger_has_no_tokens(charlie):
    for answer in (charlie.tokens(), charlie.make_token(), charlie.revoke("0123456789abcdef")):
        assert refusal(answer) == (401, "not_signed_in")


def test_a_token_makes_lists_and_revokes_none(alice):
    made = done(alice.make_token("of an admin"), 201)
    program = alice.program(made["token"])
    for answer in (
        program.tokens(),
        program.tokens("?email=bob@example.com"),
        program.make_token("another"),
        program.revoke(made["id"]),
    ):
        assert refusal(answer) == (403, "not_with_token")
    assert done(program.get("/me"))["role"] == "admin"
    done(alice.revoke(made["id"]))


def test_tokens_outlive_a_kill(start):
    server = start()
    ann = Person(server).sign_in()
    kept, revoked = (done(ann.make_token(name), 201) for name in ("kept", "revoked"))
    done(ann.revoke(revoked["id"]))
    server.kill()
    server.start()
    assert done(ann.program(kept["token"]).get("/me"))["email"] == ann.email
    assert refusal(ann.program(revoked["token"]).get("/me")) == (401, "bad_token")
