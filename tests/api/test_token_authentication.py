"""Requests with `Authorization: Bearer …` have the rights of the token's owner and need no Origin.

Some calls are for browsers only.
"""

import json

import pytest

from support.answers import done, is_russian, refusal
from support.calls import CHANGING_CALLS
from support.inventory import from_now, stamp
from support.people import Person

READS = ["/vms", "/groups", "/me", "/users", "/tokens", "/healthz", "/openapi.json", "/docs", "/cli", "/"]
FOREIGN = {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}
FORGED = "lz_0123456789abcdef_" + "x" * 43


@pytest.fixture
def token(newcomer):
    return done(newcomer.make_token("nightly-perf", 1), 201)


@pytest.fixture
def program(newcomer, token):
    """A program that uses the newcomer's token."""
    return newcomer.program(token["token"])


def test_a_program_sees_what_the_owner_sees(program, newcomer, bob, vm):
    done(bob.book(vm, note="hush"))
    assert program.vm(vm) == newcomer.vm(vm)
    assert program.groups() == newcomer.groups()
    assert done(program.get("/me"))["email"] == newcomer.email
    assert refusal(program.users()) == (403, "not_allowed")
    for path in ("/healthz", "/openapi.json", "/docs", "/cli", "/"):
        assert program.get(path).status_code == 200, path


def test_a_program_acts_as_the_owner_from_any_origin(program, newcomer, make_vm, make_group):
    vm, other = make_vm(), make_vm()
    group = make_group(vm, other)

    def act(path: str, **body) -> dict:
        return done(program.post(path, body, **FOREIGN))

    assert act("/book", vm_id=vm, hours=1)["booked_by"] == newcomer.email
    act("/renew", vm_id=vm, hours=1)
    act("/heartbeat", vm_ids=[vm])
    act("/cancel", vm_id=vm)
    assert len(act("/book", group_id=group, hours=1, count=2)["vms"]) == 2
    act("/queue/join", group_id=group, hours=1)
    act("/queue/leave", group_id=group)
    assert act("/me", language="ru")["language"] == "ru"
    assert newcomer.actions(vm) == ["book", "renew", "cancel", "book"]
    assert refusal(program.post("/cancel", {"vm_id": "no-such-machine"}, **FOREIGN)) == (404, "no_such_vm")
    assert refusal(program.add_vm("mine")) == (403, "not_allowed")


def test_an_admins_token_does_what_an_admin_does(alice, make_vm):
    made = done(alice.make_token("of an admin"), 201)
    program = alice.program(made["token"])
    vm = make_vm()
    done(program.edit_vm(vm, description="by a program"))
    assert done(program.users())
    done(program.delete_vm(vm))
    done(alice.revoke(made["id"]))


def test_it_is_told_its_name_and_its_end(program, newcomer):
    [mine] = done(newcomer.tokens())
    assert done(program.get("/me"))["token"] == {"name": mine["name"], "expires": mine["expires"]}
    assert "token" not in done(newcomer.get("/me"))


def test_a_booking_made_with_a_token_shows_its_name(program, newcomer, bob, charlie, make_vm, make_group):
    vm, other = make_vm(), make_vm()
    assert done(program.book(vm))["via"] == bob.vm(vm)["via"] == "nightly-perf"
    [booked] = done(program.book_any(make_group(other)))["vms"]
    assert booked["via"] == "nightly-perf"
    assert "via" not in charlie.vm(vm)
    assert "nightly-perf" not in charlie.get("/vms").text
    done(program.cancel(vm))
    assert bob.vm(vm)["via"] is None
    assert done(newcomer.book(vm))["via"] is None, "a booking from a browser shows no token"


def test_the_cookie_is_ignored_beside_a_token(program, carol, token):
    program.http.cookies.update(carol.http.cookies)
    assert done(program.get("/me"))["email"] == program.email
    program.http.headers["Authorization"] = f"Bearer {FORGED}"
    assert refusal(program.get("/me")) == (401, "bad_token")
    assert refusal(program.post("/logout")) == (401, "bad_token")
    assert carol.is_signed_in()


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_token_signs_nobody_out(program, newcomer, carol, everywhere):
    """Neither the token's owner is signed out, nor the person whose cookie is in the same request."""
    program.http.cookies.update(carol.http.cookies)
    answer = program.post("/logout", {"everywhere": everywhere})
    assert refusal(answer) == (403, "not_with_token")
    assert "Set-Cookie" not in answer.headers
    assert carol.is_signed_in()
    assert newcomer.is_signed_in()


def test_a_token_does_nothing_that_would_outlast_it(alice, newcomer):
    """Even an admin's token changes no roles and removes nobody. It may change machines and groups, and read people."""
    program = alice.program(done(alice.make_token("stolen"), 201)["token"])
    for answer in (
        program.give_role(newcomer.email, "admin"),
        program.remove_user(newcomer.email),
        program.give_role("nobody@example.com", "admin"),
        program.post("/users/role", {}),
    ):
        assert refusal(answer) == (403, "not_with_token")
    assert newcomer.me()["role"] == "user"
    assert newcomer.email in [user["email"] for user in done(program.users())]
    done(alice.revoke(done(alice.tokens())[-1]["id"]))


def test_a_token_gets_no_cookie(program):
    for answer in (program.get("/me"), program.get("/"), program.post("/me", {"language": "en"})):
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", READS)
def test_a_bad_token_reads_nothing(server, path):
    program = Person(server).program(FORGED)
    assert refusal(program.get(path)) == (401, "bad_token")


@pytest.mark.parametrize("path", CHANGING_CALLS)
def test_a_bad_token_changes_nothing(server, path):
    program = Person(server).program(FORGED)
    assert refusal(program.post(path, {}, **FOREIGN)) == (401, "bad_token")
    assert refusal(program.post(path, {})) == (401, "bad_token")


def test_every_letter_of_a_token_counts(newcomer, token):
    text = token["token"]
    last = "A" if text[-10] != "A" else "B"
    for wrong in (text[:-1], f"{text}x", text[:-10] + last + text[-9:], text[3:], text.upper(), text.replace("_", "-")):
        assert refusal(newcomer.program(wrong).get("/me")) == (401, "bad_token"), wrong


def test_the_id_of_one_token_with_the_secret_of_another_is_refused(newcomer, token):
    other = done(newcomer.make_token("other"), 201)["token"]
    mixed = f"lz_{token['id']}_{other.split('_', 2)[2]}"
    assert refusal(newcomer.program(mixed).get("/me")) == (401, "bad_token")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer lz_",
        "Bearer lz__",
        "bearer nonsense",
        f"BEARER {FORGED}",
        "Bearer " + "x" * 10_000,
        "Bearer lz_" + "é" * 50,
        "Bearer lz_0123456789abcdef_\xff\xfe",
        "Bearer a b c",
    ],
    ids=lambda header: ascii(header[:40]),
)
def test_a_malformed_bearer_header_is_refused_and_does_no_harm(server, header):
    program = Person(server)
    answer = program.request("GET", "/me", headers={"Authorization": header.encode("latin-1")})
    assert refusal(answer) == (401, "bad_token")
    assert "Traceback" not in server.log


@pytest.mark.parametrize("header", ["Basic Ym9iOnBhc3M=", "Basic", "Digest x", "lz_0123_xyz", "", "Negotiate \xff"])
def test_other_authorization_schemes_are_ignored(bob, charlie, header):
    """A proxy in front of the server may use the header for itself."""
    named = {"Authorization": header.encode("latin-1")}
    assert done(bob.request("GET", "/me", headers=named))["email"] == "bob@example.com"
    assert done(charlie.request("GET", "/me", headers=named)) == {"authenticated": False}


def test_a_basic_header_does_not_allow_other_sites(bob, vm):
    answer = bob.post("/book", {"vm_id": vm, "hours": 1}, Authorization="Basic Ym9iOnBhc3M=", **FOREIGN)
    assert refusal(answer) == (403, "other_origin")


def test_the_word_bearer_may_be_in_any_case(newcomer, token):
    for word in ("bearer", "BEARER", "Bearer "):
        answer = Person(newcomer.server).get("/me", Authorization=f"{word} {token['token']}")
        assert done(answer)["email"] == newcomer.email


@pytest.mark.parametrize(("language", "russian"), [("en", False), ("ru", True)])
def test_a_bad_token_is_refused_in_the_language_asked_for(server, language, russian):
    answer = Person(server, language=language).get("/me", Authorization=f"Bearer {FORGED}")
    assert is_russian(answer.json()["error"]) is russian


def test_the_refusal_of_an_expired_token_says_when_it_expired(start):
    server = start()
    ann = Person(server).sign_in()
    made = done(ann.make_token(), 201)
    server.stop()
    ended = stamp(from_now(hours=-1))
    server.store(json.loads(json.dumps(server.stored()).replace(made["expires"], ended)))
    server.start()
    answer = ann.program(made["token"]).get("/me")
    assert refusal(answer) == (401, "token_expired")
    assert answer.json()["until"] == ended
    assert [one["expires"] for one in done(ann.tokens())] == [ended]
    assert refusal(ann.program(f"{made['token']}x").get("/me")) == (401, "bad_token")


def test_a_role_taken_away_counts_at_once(alice, newcomer, program):
    done(alice.give_role(newcomer.email, "admin"))
    assert done(program.users())
    done(alice.give_role(newcomer.email, "user"))
    assert refusal(program.users()) == (403, "not_allowed")


def test_the_token_of_a_removed_person_is_void_and_stays_void(alice, newcomer, program):
    done(alice.remove_user(newcomer.email))
    assert refusal(program.get("/me")) == (401, "bad_token")
    newcomer.sign_in()
    assert refusal(program.get("/vms")) == (401, "bad_token")
    assert done(newcomer.tokens()) == []


def test_signing_out_everywhere_keeps_tokens(newcomer, program):
    """A program may go on at night. Revoking its token stops it."""
    done(newcomer.sign_out(everywhere=True))
    assert done(program.get("/me"))["email"] == newcomer.email


def test_etag_and_304_work_with_a_token(program, newcomer):
    first = program.get("/vms")
    assert first.headers["ETag"] == newcomer.get("/vms").headers["ETag"]
    assert "Authorization" in first.headers["Vary"]
    assert program.get("/vms", If_None_Match=first.headers["ETag"]).status_code == 304


def test_using_a_token_does_not_change_the_revision(newcomer, token):
    before = newcomer.state()["revision"]
    done(newcomer.program(token["token"]).get("/me"))
    assert newcomer.state()["revision"] == before


def test_401_says_how_to_sign_in_and_what_is_wrong_with_a_token(charlie):
    """RFC 6750, section 3. For Bearer a browser shows no login window, as it does for Basic, Digest and Negotiate."""
    assert charlie.book("vm").headers["WWW-Authenticate"] == 'Bearer realm="LoadZone"'
    answer = charlie.program(FORGED).get("/me")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="LoadZone", error="invalid_token"'
