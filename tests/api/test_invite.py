"""POST /invite on a server without mail. tests/mail/test_invitation.py has the letter."""

import pytest

from loadzone.web.rate_limits import INVITATIONS_PER_PERSON
from support.answers import done, refusal
from support.people import Person
from support.server import ADMIN

EMAIL = "invited-{}@example.com"


def invite(person, *emails):
    return person.post("/invite", {"emails": list(emails)})


def listed(admin, email):
    return next((user for user in done(admin.users()) if user["email"] == email), None)


def test_people_are_known_once_they_are_invited_and_the_answer_has_the_links(server, alice, bob):
    answer = done(invite(alice, EMAIL.format("a"), EMAIL.format("A"), bob.email))
    link = f"http://localhost:{server.port}/?email=invited-a@example.com"
    assert answer == {
        "invited": [{"email": "invited-a@example.com", "link": link}],
        "known": ["bob@example.com"],
        "mailed": False,
    }
    user = listed(alice, "invited-a@example.com")
    assert (user["invited_by"], user["seen"], user["role"]) == (ADMIN, None, "user")
    Person(server, "invited-a@example.com").sign_in()
    user = listed(alice, "invited-a@example.com")
    assert user["invited_by"] is None
    assert user["seen"]


def test_an_admin_hands_a_machine_over_to_somebody_invited_and_removes_them(alice, vm):
    email = EMAIL.format("b")
    done(invite(alice, email))
    done(alice.book(vm))
    done(alice.post("/hand-over", {"vm_id": vm, "email": email}))
    assert alice.vm(vm)["booked_by"] == email
    done(alice.remove_user(email))
    assert listed(alice, email) is None
    assert alice.vm(vm)["booked_by"] is None


@pytest.mark.parametrize(
    "emails",
    [None, [], "a@example.com", ["nobody"], [1], ["a@example.com\nBcc: b@example.com"], ["a@example.com"] * 101],
)
def test_other_lists_are_refused_and_nobody_is_invited(alice, emails):
    before = len(done(alice.users()))
    assert refusal(alice.post("/invite", {"emails": emails})) == (400, "bad_input")
    assert len(done(alice.users())) == before


def test_addresses_of_other_domains_are_refused_by_name(start):
    admin = Person(start(LOADZONE_ALLOWED_DOMAINS="example.com"), ADMIN).sign_in()
    answer = invite(admin, "a@example.com", "b@example.org")
    assert refusal(answer) == (403, "domain_not_allowed")
    assert "b@example.org" in answer.json()["error"]
    assert listed(admin, "a@example.com") is None


def test_the_number_of_invitations_is_limited(medium, tmp_path):
    with medium.running(tmp_path) as server:
        admin = Person(server, ADMIN).sign_in()
        most = INVITATIONS_PER_PERSON.most
        for first in range(0, most, 100):
            done(invite(admin, *(EMAIL.format(first + number) for number in range(100))))
        assert refusal(invite(admin, EMAIL.format("one-more"))) == (429, "too_many")
        assert listed(admin, EMAIL.format("one-more")) is None


def test_on_an_empty_server_nobody_can_be_invited_before_there_is_an_admin(start):
    server = start(LOADZONE_ADMINS="")
    assert refusal(invite(Person(server), EMAIL.format("x"))) == (401, "not_signed_in")
    first = Person(server).sign_in()
    assert first.me()["role"] == "admin"
    done(invite(first, EMAIL.format("x")))
    assert Person(server, EMAIL.format("x")).sign_in().me()["role"] == "user"
