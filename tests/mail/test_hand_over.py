"""The letters about a booking that was handed over, and the links in them and in older ones."""

import pytest

from support.answers import done, is_russian
from support.inventory import moment
from support.links import Follower, button
from support.people import Person
from support.server import running


@pytest.fixture(scope="module")
def server(smtp, tmp_path_factory):
    with running(tmp_path_factory.mktemp("hand_over"), LOADZONE_REMIND_MINUTES="5", **smtp.settings) as server:
        yield server


@pytest.fixture
def giver(server):
    return Person(server).sign_in()


@pytest.fixture
def received(smtp, giver, reader, vm):
    """Return the letter to the reader, to whom the giver has handed the machine over."""
    done(giver.book(vm, 2, note="soak"))
    done(giver.hand_over(vm, reader.email))
    return smtp.wait_for_letter(reader.email, vm)


def test_it_says_who_gave_it_until_when_and_what_for(received, giver, reader, vm):
    assert received.subject.startswith(f"{vm} was handed over to you, until ")
    assert f"{giver.email} handed {vm} over to you." in received.text
    assert "What for: soak" in received.text


@pytest.mark.parametrize("word", ["renew", "release"])
def test_its_buttons_work_once(received, server, reader, vm, word):
    browser, before = Follower(server), reader.vm(vm)
    token = browser.find(received.links, word)
    assert browser.press(token).status_code == 200
    after = reader.vm(vm)
    if word == "renew":
        assert moment(after["expires_at"]) > moment(before["expires_at"])
    else:
        assert after["state"] == "free"
    assert browser.press(token).status_code == 410
    assert reader.vm(vm) == after


def test_the_givers_reminder_neither_renews_nor_releases_it(smtp, server, reader, vm):
    giver, browser = Person(server).sign_in(), Follower(server)
    done(giver.book(vm, 5 / 60 + 0.5 / 3600))
    reminder = smtp.wait_for_letter(giver.email, vm)
    given = done(giver.hand_over(vm, reader.email))
    for token in dict.fromkeys(reminder.links):
        assert button(browser.open(token)) == ""
        assert browser.press(token).status_code == 410
    assert reader.vm(vm) == given
    assert smtp.wait_for_letter(reader.email, vm).subject.startswith(f"{vm} was handed over to you")


def test_whoever_had_it_is_told_if_an_admin_did_it(smtp, server, alice, reader, vm):
    done(reader.book(vm, 2))
    done(alice.hand_over(vm, alice.email))
    letter = smtp.wait_for_letter(reader.email, vm)
    assert letter.subject == f"{vm}: an admin handed over your booking"
    assert f"{alice.email} handed over {vm}, which you had booked, to {alice.email}." in letter.text
    russian = Person(server, language="ru").sign_in()
    done(alice.hand_over(vm, russian.email))
    assert is_russian(smtp.wait_for_letter(russian.email, vm).text)


def test_the_letter_about_a_booking_that_an_admin_made_has_buttons_that_work(smtp, server, alice, reader, vm):
    done(alice.book(vm, 2, note="soak", email=reader.email))
    letter, browser = smtp.wait_for_letter(reader.email, vm), Follower(server)
    assert letter.subject.startswith(f"{vm}: an admin booked it for you until ")
    assert f"{alice.email} booked {vm} for you." in letter.text
    assert "What for: soak" in letter.text
    assert browser.press(browser.find(letter.links, "release")).status_code == 200
    assert reader.vm(vm)["state"] == "free"
