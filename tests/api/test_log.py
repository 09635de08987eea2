"""What an operator finds in the log of who came, and of who tried what is not theirs."""

import pytest

from support.answers import done
from support.people import Person
from support.server import running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("log"), LOADZONE_TRUSTED_PROXIES="1") as server:
        yield server


def said(server, before: int, words: str) -> str:
    return server.wait_for_log(words, after=before).string


def test_signing_in_and_out(server):
    for words in ("signed in for the first time", "signed in$"):
        before = len(server.lines)
        ann = Person(server, "ann@example.com").sign_in()
        assert "ann@example.com" in said(server, before, words)
        done(ann.sign_out())
        said(server, before, "ann@example.com signed out")


def test_what_is_refused_names_who_what_and_from_where(server):
    bob = Person(server, "bob@example.com").sign_in()
    tries = {
        "not_allowed": lambda: bob.get("/users", X_Forwarded_For="192.0.2.7"),
        "other_origin": lambda: bob.post("/logout", Origin="https://evil.example", X_Forwarded_For="192.0.2.7"),
    }
    for code, attempt in tries.items():
        before = len(server.lines)
        assert attempt().status_code == 403
        assert "refused to bob@example.com, from 192.0.2.7" in said(server, before, code)


def test_bad_tokens_and_wrong_codes_too_without_saying_them(server):
    eve = Person(server, "eve@example.com")
    before = len(server.lines)
    assert eve.program("lz_0123456789abcdef_sesame").get("/link/open-sesame").status_code == 401
    assert "GET /link/<token> was refused to a stranger" in said(server, before, "bad_token")
    assert "sesame" not in server.log


def test_a_line_end_begins_no_line_of_its_own(server):
    before = len(server.lines)
    eve = Person(server)
    eve.get("/users", X_Forwarded_For="x%0a2026-11-26 INFO all is well")
    eve.get("/socket.io/?EIO=4&transport=polling&sid=x%0a2026-11-26 ERROR all is lost")
    eve.get("/nowhere%0a2026-11-26 ERROR all is lost")
    assert not [line for line in server.lines[before:] if line.startswith("2026-11-26 ERROR all")]
