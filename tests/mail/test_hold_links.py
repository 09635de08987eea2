"""The links in the letter about a held machine: *Book it* and *Pass on*. Each works once and for that hold only."""

import pytest

from support.answers import done, is_russian
from support.inventory import from_now, inventory, machine, moment
from support.links import Follower, button
from support.people import Person
from support.waiting import eventually


@pytest.fixture
def browser(server):
    return Follower(server)


@pytest.fixture
def waited_for(bob, reader, vm):
    """A machine that bob has booked and the reader waits for; the reader wants it for two hours."""
    done(bob.book(vm))
    done(reader.join(vm, 2))
    return vm


@pytest.fixture
def links(bob, reader, waited_for, smtp, browser):
    """The tokens of the two links, *Book it* and *Pass on*, for the machine that is now held for the reader."""
    done(bob.cancel(waited_for))
    tokens = smtp.wait_for_letter(reader.email, waited_for).links
    assert len(set(tokens)) == 2
    return browser.find(tokens, "book"), browser.find(tokens, "pass")


def are_void(browser: Follower, *tokens: str) -> bool:
    """Return True if all these links answer 410 without a button."""
    answers = [act(token) for token in tokens for act in (browser.open, browser.press, browser.open)]
    return all(answer.status_code == 410 and not button(answer) for answer in answers)


def test_opening_the_links_changes_nothing(browser, links, reader, waited_for):
    before = reader.state()
    for token in links:
        for _ in range(3):
            answer = browser.open(token)
            assert answer.status_code == 200
            assert answer.text.count("<button") == 1
            assert waited_for in answer.text
        browser.request("HEAD", f"/link/{token}")
        browser.request("OPTIONS", f"/link/{token}")
    assert reader.state() == before


def test_the_book_link_books_for_the_hours_of_the_queue(browser, links, reader, waited_for):
    book, pass_on = links
    assert "2 hours" in browser.open(book).text
    answer = browser.press(book)
    assert answer.status_code == 200
    assert button(answer) == ""
    booked = reader.vm(waited_for)
    assert (booked["state"], booked["booked_by"], booked["held_for"]) == ("booked", reader.email, None)
    assert abs(moment(booked["expires_at"]) - from_now(hours=2)).total_seconds() < 60
    assert reader.actions(waited_for) == ["book"]
    assert are_void(browser, book, pass_on)
    assert reader.vm(waited_for) == booked


def test_the_pass_link_gives_the_machine_to_the_next(browser, links, reader, bob, waited_for):
    book, pass_on = links
    done(bob.join(waited_for))
    assert browser.press(pass_on).status_code == 200
    held = bob.vm(waited_for)
    assert (held["state"], held["held_for"]) == ("held", "bob@example.com")
    assert are_void(browser, book, pass_on)
    assert bob.vm(waited_for) == held


def test_the_pass_link_frees_the_machine_if_nobody_waits(browser, links, reader, waited_for):
    browser.press(links[1])
    assert reader.vm(waited_for)["state"] == "free"
    assert are_void(browser, *links)


def test_both_links_are_void_once_the_machine_is_booked_on_the_page(browser, links, reader, waited_for):
    booked = done(reader.book(waited_for, 1))
    assert are_void(browser, *links)
    assert reader.vm(waited_for) == booked


def test_both_links_are_void_once_an_admin_has_taken_the_machine(browser, links, alice, waited_for):
    done(alice.book(waited_for, force=True))
    assert are_void(browser, *links)
    assert alice.vm(waited_for)["booked_by"] == "alice@example.com"


def test_both_links_are_void_after_maintenance_even_for_a_new_hold(browser, links, alice, reader, waited_for):
    done(alice.edit_vm(waited_for, maintenance="disk swap"))
    assert are_void(browser, *links)
    done(alice.edit_vm(waited_for, maintenance=None))
    assert alice.vm(waited_for)["held_for"] == reader.email
    assert are_void(browser, *links)
    assert alice.vm(waited_for)["state"] == "held"


def test_both_links_are_void_for_a_later_hold_of_the_same_person(browser, links, reader, waited_for):
    done(reader.leave(waited_for))
    done(reader.join(waited_for))
    held = reader.vm(waited_for)
    assert held["held_for"] == reader.email
    assert are_void(browser, *links)
    assert reader.vm(waited_for) == held


def test_both_links_are_void_once_the_machine_or_the_person_is_removed(browser, links, alice, reader, waited_for):
    done(alice.remove_user(reader.email))
    assert are_void(browser, *links)
    done(alice.delete_vm(waited_for))
    assert are_void(browser, *links)


def test_both_links_are_void_once_the_hold_is_over(start, smtp):
    server = start(inventory([machine("vm")]), LOADZONE_HOLD_MINUTES="0.05", **smtp.settings)
    late, quick = (Person(server, f"{name}@example.com").sign_in() for name in ("late", "quick"))
    done(quick.book("vm"))
    done(late.join("vm"))
    done(quick.cancel("vm"))
    tokens = smtp.wait_for_letter(late.email, "held for you").links
    assert len(set(tokens)) == 2
    eventually(lambda: late.vm("vm")["state"] == "free")
    assert are_void(Follower(server), *tokens)
    assert late.vm("vm")["state"] == "free"


def test_the_book_link_books_no_longer_than_the_settings_allow(start, smtp):
    server = start(inventory([machine("vm")]), LOADZONE_MAX_AHEAD_HOURS="1", **smtp.settings)
    patient, quick = (Person(server, f"{name}@example.com").sign_in() for name in ("patient", "quick"))
    done(quick.book("vm", 0.5))
    done(patient.join("vm", 5))
    done(quick.cancel("vm"))
    browser = Follower(server)
    book = browser.find(smtp.wait_for_letter(patient.email, "held for you").links, "book")
    assert "1 hour" in button(browser.open(book))
    assert browser.press(book).status_code == 200
    assert patient.vm("vm")["booked_by"] == patient.email


def test_another_site_cannot_press_the_button(browser, links, reader, waited_for):
    before = reader.vm(waited_for)
    for token in links:
        assert browser.press(token, Origin="https://evil.example").status_code == 403
    assert reader.vm(waited_for) == before


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False)])
def test_the_pages_are_in_the_language_of_the_browser(browser, links, language, russian):
    book, pass_on = links
    for token in links:
        assert is_russian(button(browser.open(token, Accept_Language=language))) is russian
    assert is_russian(browser.press(book, Accept_Language=language).text) is russian
    assert is_russian(browser.open(pass_on, Accept_Language=language).text) is russian


def test_links_about_several_machines_act_on_those_still_held(browser, bob, reader, make_vm, make_group, smtp):
    vms = [make_vm(), make_vm()]
    group = make_group(*vms)
    done(bob.book_any(group, count=2))
    done(reader.join(group, 1, count=2))
    for vm in vms:
        done(bob.cancel(vm))
    links = smtp.wait_for_letter(reader.email, "2 machines are held for you").links
    done(reader.book(vms[0]))
    browser.press(browser.find(links, "pass"))
    assert [reader.vm(vm)["state"] for vm in vms] == ["booked", "free"]
    assert are_void(browser, *links)
