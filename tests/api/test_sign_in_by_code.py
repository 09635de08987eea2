"""POST /auth with a code: it works once, in the browser that asked for it. Without SMTP the code is in the log."""

import re
from pathlib import Path

import pytest

from support.answers import done, refusal
from support.codes import shows, wrong
from support.people import Person


@pytest.fixture(scope="module")
def server(medium, tmp_path_factory):
    with medium.running(tmp_path_factory.mktemp("code"), LOADZONE_AUTH="code", LOADZONE_ADMINS="") as server:
        yield server


@pytest.fixture
def ann(server):
    """A new person who has asked for a code, which is `ann.code`."""
    person = Person(server)
    before = len(server.log_lines)
    assert done(person.ask_for_code()) == {"status": "code_sent", "in_log": True}
    person.code = server.newest_code(person.email, after=before)
    return person


def test_the_code_signs_in(ann):
    assert not ann.is_signed_in()
    assert done(ann.give_code(ann.code)) == {"status": "ok", "email": ann.email}
    assert ann.me()["email"] == ann.email


def test_the_code_works_once(ann, server):
    done(ann.give_code(ann.code))
    ann.sign_out()
    assert refusal(ann.give_code(ann.code))[0] == 401
    assert not ann.is_signed_in()


def test_a_wrong_code_says_how_many_tries_are_left(ann):
    for left in (4, 3, 2, 1):
        answer = ann.give_code(wrong(ann.code))
        assert refusal(answer) == (401, "wrong_code")
        assert answer.json()["tries_left"] == left
    done(ann.give_code(ann.code))
    assert ann.is_signed_in()


def test_after_five_wrong_codes_the_right_one_is_void(ann):
    for _ in range(5):
        assert refusal(ann.give_code(wrong(ann.code)))[0] == 401
    assert refusal(ann.give_code(ann.code)) == (401, "code_expired")
    assert not ann.is_signed_in()


def test_another_browser_can_neither_use_nor_invalidate_the_code(ann, server):
    thief = Person(server, ann.email)
    for code in [ann.code] + [wrong(ann.code)] * 6:
        assert refusal(thief.give_code(code))[0] == 401
    assert not thief.is_signed_in()
    done(ann.give_code(ann.code))


def test_another_browser_asking_for_the_same_address_does_not_invalidate_the_code(ann, server):
    thief = Person(server, ann.email)
    done(thief.ask_for_code())
    for _ in range(5):
        thief.give_code(wrong(ann.code))
    done(ann.give_code(ann.code))


def test_a_code_works_for_its_address_only(ann):
    assert refusal(ann.post("/auth", {"email": "somebody.else@example.com", "code": ann.code}))[0] == 401
    assert not ann.is_signed_in()


def test_both_forms_of_an_international_domain_are_one_person(server):
    ann = Person(server, "ann@испытание.рф")
    in_dns, before = "ann@xn--80akhbyknj4f.xn--p1ai", len(server.log_lines)
    done(ann.ask_for_code())
    code = server.newest_code(in_dns, after=before)
    assert done(ann.post("/auth", {"email": in_dns.upper(), "code": code})) == {"status": "ok", "email": in_dns}
    assert ann.me()["email"] == in_dns


def test_a_code_that_was_not_asked_for_does_not_sign_in(server):
    assert refusal(Person(server).give_code("123456"))[0] == 401


def test_the_address_may_be_written_in_any_case(ann):
    answer = ann.post("/auth", {"email": f" {ann.email.upper()} ", "code": ann.code})
    assert done(answer)["email"] == ann.email


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", 123456, [], {}, True])
def test_a_malformed_code_is_refused(ann, code):
    answer = ann.give_code(code)
    assert answer.status_code in (400, 401)
    refusal(answer)
    assert not ann.is_signed_in()


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@@example.com",
        "a b@example.com",
        "a\nb@example.com",
        "a\r\nBcc: x@example.com",
        "a\x00@example.com",
        "a" * 300 + "@example.com",
        7,
        None,
        [],
        {},
        True,
        "a@exa mple.com",
        "\ud800@example.com",
    ],
)
def test_a_malformed_address_is_refused(server, email):
    answer = Person(server).post("/auth", {"email": email})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "email"


def test_signing_in_makes_a_user_and_asking_does_not(ann, server):
    assert ann.email not in server.stored()["users"]
    done(ann.give_code(ann.code))
    assert ann.email in server.stored()["users"]


def test_codes_are_never_written_to_disk(ann, server):
    for file in filter(Path.is_file, server.data.parent.rglob("*")):
        assert not shows(file.read_text("utf-8", "replace"), ann.code)


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(ann):
    cookies = ann.give_code(ann.code).headers["Set-Cookie"].lower()
    assert "session=" in cookies
    assert "httponly" in cookies
    assert re.search(r"samesite=(lax|strict)", cookies)


def test_over_https_the_session_cookie_is_secure(start):
    server = start(LOADZONE_AUTH="trust", LOADZONE_TRUSTED_PROXIES="1")
    for scheme, secure in (("https", True), ("http", False)):
        answer = Person(server).post("/auth", {"email": "ann@example.com"}, X_Forwarded_Proto=scheme)
        cookie = answer.headers["Set-Cookie"]
        assert bool(re.search(r";\s*secure", cookie.lower())) is secure
        assert cookie.startswith("__Host-session=") is secure
        assert "; Path=/" in cookie
        assert "domain" not in cookie.lower()


def test_over_https_a_cookie_without_the_host_prefix_is_ignored(start):
    """Any other host of the domain may have set such a cookie."""
    server = start(LOADZONE_AUTH="trust", LOADZONE_TRUSTED_PROXIES="1")
    ann = Person(server).sign_in()
    session = ann.http.cookies["session"]
    https = {"X_Forwarded_Proto": "https"}
    for name, known in (("session", False), ("__Host-session", True)):
        answer = Person(server).get("/me", Cookie=f"{name}={session}", **https)
        assert done(answer)["authenticated"] is known


def test_signing_in_makes_a_new_session(ann):
    before = ann.http.cookies.get("session")
    done(ann.give_code(ann.code))
    assert ann.http.cookies.get("session") != before


def test_a_forged_cookie_is_ignored(server):
    person = Person(server)
    for cookie in ("eyJlbWFpbCI6ImFsaWNlQGV4YW1wbGUuY29tIn0.aaaa.bbbb", "x", "", "é" * 9):
        answer = person.get("/me", Cookie=f"session={cookie}".encode().decode("latin-1"))
        assert done(answer) == {"authenticated": False}
