"""Everybody chooses which letters to get: on the page, by a link in each letter, and by one click of a mail program."""

import re
from urllib.parse import urlsplit

import pytest

from support.answers import done, is_russian
from support.inventory import moment
from support.links import Follower, button, fields
from support.people import Person
from support.smtp import Letter

ONE_CLICK = {"List-Unsubscribe": "One-Click"}  # RFC 8058, 3.1


@pytest.fixture
def released(alice, reader, make_vm, smtp):
    """Return a function that ends a booking of the reader, and so asks for a letter; it returns the machine."""

    def release() -> str:
        vm = make_vm()
        done(reader.book(vm))
        done(alice.cancel(vm))
        return vm

    return release


@pytest.fixture
def letter(released, reader, smtp) -> Letter:
    return smtp.wait_for_letter(reader.email, released())


def path_of(letter: Letter) -> str:
    """Return the path of the address that stops such letters."""
    return urlsplit(letter.message["List-Unsubscribe"].strip("<>")).path


def test_a_kind_that_is_not_wanted_is_not_sent_and_others_are(alice, reader, make_vm, released, smtp):
    done(reader.choose(letters={"released": False}))
    unwanted = released()
    deleted = make_vm()
    done(reader.book(deleted))
    done(alice.delete_vm(deleted, force=True))
    smtp.wait_for_letter(reader.email, deleted)
    assert smtp.letters_to(reader.email, unwanted) == []
    done(reader.choose(letters={"released": True}))
    smtp.wait_for_letter(reader.email, released())


def test_each_letter_names_the_address_that_stops_its_kind(letter):
    address = letter.message["List-Unsubscribe"].strip("<>")
    assert re.fullmatch(r"http://localhost:\d+/unsubscribe/[\w.~-]+", address)
    assert address in letter.text
    assert address in letter.html
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in letter.raw, "not encoded: mail programs read it raw"
    assert "List-Unsubscribe-Post" not in letter.message, "one click is for https alone"


def test_with_https_one_click_is_offered(start, smtp):
    server = start(LOADZONE_BASE_URL="https://lz.example.com", **smtp.settings)
    alice, ann = (Person(server, f"{name}@example.com").sign_in() for name in ("alice", "one-click"))
    done(alice.add_vm("vm"), 201)
    done(ann.book("vm"))
    done(alice.cancel("vm"))
    message = smtp.wait_for_letter(ann.email).message
    assert message["List-Unsubscribe"].startswith("<https://lz.example.com/unsubscribe/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_opening_the_address_changes_nothing(letter, reader, server):
    before = reader.me()
    follower, path = Follower(server), path_of(letter)
    for _ in range(2):
        page = follower.get(path)
        assert page.status_code == 200
        assert "Stop these e-mails" in button(page)
        assert "An admin ended a booking" in page.text
        assert reader.email in page.text
    follower.request("HEAD", path)
    follower.request("OPTIONS", path)
    assert reader.me() == before


def test_the_button_stops_letters_of_this_kind_alone(letter, reader, server):
    answer = Follower(server).request("POST", path_of(letter))
    assert answer.status_code == 200
    assert button(answer) == ""
    assert [kind for kind, is_wanted in reader.me()["letters"].items() if not is_wanted] == ["released"]
    assert Follower(server).request("POST", path_of(letter)).status_code == 200, "again does no harm"


def test_the_page_says_what_is_so_now_and_its_button_changes_that(letter, reader, server):
    """The same holds for a choice made in LoadZone itself."""
    follower, path = Follower(server), path_of(letter)
    assert "Stop these e-mails" in button(follower.get(path))
    follower.request("POST", path)
    stopped = follower.get(path, Accept_Language="en")
    assert "are no longer sent" in stopped.text
    assert "Send them again" in button(stopped)
    again = follower.request("POST", path, data=fields(stopped))
    assert (again.status_code, button(again)) == (200, "")
    assert reader.me()["letters"]["released"] is True
    assert "Stop these e-mails" in button(follower.get(path))
    done(reader.choose(letters={"released": False}))
    assert "Send them again" in button(follower.get(path))


@pytest.mark.parametrize("form", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}])
def test_one_click_of_a_mail_program_stops_them(letter, reader, server, form):
    """By a form of either type, without a session, and from whichever site."""
    headers = {"Origin": "https://mail.example.net", "Sec-Fetch-Site": "cross-site"}
    answer = Follower(server).request("POST", path_of(letter), headers=headers, **form)
    assert answer.status_code == 200
    assert reader.me()["letters"]["released"] is False


def test_the_pages_are_in_the_language_of_the_browser(letter, server):
    for language in ("ru", "en"):
        page = Follower(server).get(path_of(letter), Accept_Language=language)
        assert is_russian(page.text) is (language == "ru")


def test_a_forged_address_does_nothing(letter, reader, server):
    path = path_of(letter)
    for forged in (path[:-1], path + "A", "/unsubscribe/x", path.replace("/unsubscribe/", "/link/")):
        for method in ("GET", "POST"):
            assert Follower(server).request(method, forged).status_code == 404
    assert all(reader.me()["letters"].values())


def test_somebody_who_was_removed_cannot_be_unsubscribed(letter, alice, reader, server):
    done(alice.remove_user(reader.email))
    assert Follower(server).get(path_of(letter)).status_code == 404, "its button could not work"
    assert Follower(server).request("POST", path_of(letter)).status_code == 404


def test_the_letter_with_a_code_cannot_be_stopped(start, smtp):
    ann = Person(start(LOADZONE_AUTH="code", **smtp.settings), "code-reader@example.com")
    done(ann.ask_for_code())
    message = smtp.wait_for_letter(ann.email).message
    assert "List-Unsubscribe" not in message


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Kathmandu", "+05:45"), ("America/Caracas", "-04:00")])
def test_times_are_in_the_zone_of_the_reader(reader, vm, smtp, zone, offset):
    done(reader.choose(zone=zone))
    end = moment(done(reader.book(vm, 1 / 3600))["expires_at"])
    text = smtp.wait_for_letter(reader.email, vm).text
    hours, minutes = int(offset[:3]), int(offset[4:])
    local = end.timestamp() + hours * 3600 + minutes * 60
    assert f"{int(local // 3600 % 24):02}:{int(local // 60 % 60):02} (UTC{offset})" in text
