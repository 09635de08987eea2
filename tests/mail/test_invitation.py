"""The letter with which an admin invites somebody."""

import pytest

from support.answers import done, is_russian
from support.people import Person
from support.server import running


def invite(person, *emails):
    return done(person.post("/invite", {"emails": list(emails)}))


def test_the_invited_get_a_letter_with_the_page_and_their_address(server, smtp, alice):
    answer = invite(alice, "guest@example.com", "guest-2@example.com")
    assert answer["mailed"] is True
    for person in answer["invited"]:
        letter = smtp.wait_for_letter(person["email"])
        assert alice.email in letter.subject
        assert person["email"] in letter.text
        assert person["link"] in letter.text
        assert person["link"] in letter.html
        assert "List-Unsubscribe" not in letter.message
    assert Person(server).get("/?email=guest@example.com").status_code == 200


def test_those_who_are_known_get_none(smtp, alice, reader):
    assert invite(alice, reader.email, "guest-3@example.com")["known"] == [reader.email]
    smtp.wait_for_letter("guest-3@example.com")
    assert invite(alice, "guest-3@example.com")["known"] == ["guest-3@example.com"]
    done(alice.post("/invite", {"emails": ["guest-4@example.com"]}))
    smtp.wait_for_letter("guest-4@example.com")
    assert smtp.letters_to(reader.email) == []
    assert len(smtp.letters_to("guest-3@example.com")) == 1


@pytest.mark.parametrize("language", ["ru", "en"])
def test_it_is_in_the_language_of_the_server(smtp, tmp_path, language):
    with running(tmp_path, **smtp.settings, LOADZONE_LANGUAGE=language) as server:
        invite(Person(server, "alice@example.com").sign_in(), f"guest-{language}@example.com")
        letter = smtp.wait_for_letter(f"guest-{language}@example.com")
        assert is_russian(letter.text) == (language == "ru")
