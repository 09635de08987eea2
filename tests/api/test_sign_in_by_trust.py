"""POST /auth with LOADZONE_AUTH=trust, for closed test networks: the address alone signs in."""

from support.answers import done, refusal
from support.people import Person


def test_the_address_alone_signs_in(server):
    ann = Person(server)
    assert done(ann.ask_for_code()) == {"status": "ok", "email": ann.email}
    assert ann.me()["email"] == ann.email


def test_addresses_are_lower_case_everywhere(alice, server, vm):
    ann = Person(server, "Ann.Mixed@Example.COM").sign_in()
    assert ann.me()["email"] == "ann.mixed@example.com"
    assert done(ann.book(vm))["booked_by"] == "ann.mixed@example.com"
    assert "ann.mixed@example.com" in server.stored()["users"]


def test_a_malformed_address_is_refused(server):
    for email in ("", "ann", None, 7, "a b@example.com", "a\nb@example.com"):
        answer = Person(server).post("/auth", {"email": email})
        assert refusal(answer) == (400, "bad_input")
        assert answer.json()["field"] == "email"


def test_every_start_logs_a_warning(start):
    server = start(LOADZONE_AUTH="trust")
    server.wait_for_log(r"(?i)warn.*trust")
    before = len(server.log_lines)
    server.restart()
    server.wait_for_log(r"(?i)warn.*trust", after=before)


def test_a_start_with_codes_logs_no_warning(start):
    assert "trust" not in start(LOADZONE_AUTH="code").log.lower()
