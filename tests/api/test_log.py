"""The log shows the operator who signed in and out, and who was refused."""

import pytest

from support.answers import done
from support.people import Person


@pytest.fixture(scope="module")
def server(medium, tmp_path_factory):
    with medium.running(tmp_path_factory.mktemp("log"), LOADZONE_TRUSTED_PROXIES="1") as server:
        yield server


def log_line(server, before: int, words: str) -> str:
    """Wait for a line of the log that matches `words` and comes after the first `before` lines."""
    return server.wait_for_log(words, after=before).string


def test_signing_in_and_out_is_logged(server):
    for words in ("signed in for the first time", "signed in$"):
        before = len(server.log_lines)
        ann = Person(server, "ann@example.com").sign_in()
        assert "ann@example.com" in log_line(server, before, words)
        done(ann.sign_out())
        log_line(server, before, "ann@example.com signed out")


def test_a_logged_refusal_names_person_code_and_address(server):
    bob = Person(server, "bob@example.com").sign_in()
    attempts = {
        "not_allowed": lambda: bob.get("/users", X_Forwarded_For="192.0.2.7"),
        "other_origin": lambda: bob.post("/logout", Origin="https://evil.example", X_Forwarded_For="192.0.2.7"),
    }
    for code, attempt in attempts.items():
        before = len(server.log_lines)
        assert attempt().status_code == 403
        assert "refused to bob@example.com, from 192.0.2.7" in log_line(server, before, code)


def test_the_refusal_of_a_bad_token_is_logged_without_the_token(server):
    eve = Person(server, "eve@example.com")
    before = len(server.log_lines)
    assert eve.program("lz_0123456789abcdef_sesame").get("/link/open-sesame").status_code == 401
    assert "GET /link/<token> was refused to a stranger" in log_line(server, before, "bad_token")
    assert "sesame" not in server.log


def test_line_breaks_from_clients_begin_no_line_of_the_log(server):
    before = len(server.log_lines)
    eve = Person(server)
    eve.get("/users", X_Forwarded_For="x%0a2026-11-26 INFO all is well")
    eve.get("/socket.io/?EIO=4&transport=polling&sid=x%0a2026-11-26 ERROR all is lost")
    eve.get("/nowhere%0a2026-11-26 ERROR all is lost")
    assert not [line for line in server.log_lines[before:] if line.startswith("2026-11-26 ERROR all")]
