"""The links of the letter that a machine is held: *Book it* and *Pass on*, each good once, for that hold alone."""

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
    """A machine that bob has and the reader waits for, for two hours."""
    done(bob.book(vm))
    done(reader.join(vm, 2))
    return vm


@pytest.fixture
def links(bob, reader, waited_for, smtp, browser):
    """The machine is held for the reader: what takes it, and what passes it on."""
    done(bob.cancel(waited_for))
    tokens = smtp.wait_for_letter(reader.email, waited_for).links
    assert len(set(tokens)) == 2
    return browser.find(tokens, "book"), browser.find(tokens, "pass")


def void(browser: Follower, *tokens: str) -> bool:
    """Whether none of them does anything any more, and says so."""
    answers = [act(token) for token in tokens for act in (browser.open, browser.press, browser.open)]
    return all(answer.status_code == 410 and not button(answer) for answer in answers)


def test_looking_changes_nothing_however_often(browser, links, reader, waited_for):
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


def test_take_books_it_for_the_hours_asked_for_in_the_queue(browser, links, reader, waited_for):
    take, leave = links
    assert "2 hours" in browser.open(take).text
    answer = browser.press(take)
    assert answer.status_code == 200
    assert button(answer) == ""
    booked = reader.vm(waited_for)
    assert (booked["state"], booked["booked_by"], booked["held_for"]) == ("booked", reader.email, None)
    assert abs(moment(booked["expires_at"]) - from_now(hours=2)).total_seconds() < 10
    assert reader.actions(waited_for) == ["book"]
    assert void(browser, take, leave)
    assert reader.vm(waited_for) == booked


def test_pass_lets_the_next_one_have_it(browser, links, reader, bob, waited_for):
    take, leave = links
    done(bob.join(waited_for))
    assert browser.press(leave).status_code == 200
    held = bob.vm(waited_for)
    assert (held["state"], held["held_for"]) == ("held", "bob@example.com")
    assert void(browser, take, leave)
    assert bob.vm(waited_for) == held


def test_pass_where_nobody_is_next_frees_it(browser, links, reader, waited_for):
    browser.press(links[1])
    assert reader.vm(waited_for)["state"] == "free"
    assert void(browser, *links)


def test_both_are_void_once_it_was_taken_in_the_page(browser, links, reader, waited_for):
    booked = done(reader.book(waited_for, 1))
    assert void(browser, *links)
    assert reader.vm(waited_for) == booked


def test_once_an_admin_took_it(browser, links, alice, waited_for):
    done(alice.book(waited_for, force=True))
    assert void(browser, *links)
    assert alice.vm(waited_for)["booked_by"] == "alice@example.com"


def test_once_it_went_out_of_service_and_also_when_it_is_back_and_held_anew(browser, links, alice, reader, waited_for):
    done(alice.edit_vm(waited_for, maintenance="disk swap"))
    assert void(browser, *links)
    done(alice.edit_vm(waited_for, maintenance=None))
    assert alice.vm(waited_for)["held_for"] == reader.email
    assert void(browser, *links)
    assert alice.vm(waited_for)["state"] == "held"


def test_for_another_turn_of_the_same_person(browser, links, reader, waited_for):
    done(reader.leave(waited_for))
    done(reader.join(waited_for))
    held = reader.vm(waited_for)
    assert held["held_for"] == reader.email
    assert void(browser, *links)
    assert reader.vm(waited_for) == held


def test_once_the_machine_or_the_person_is_gone(browser, links, alice, reader, waited_for):
    done(alice.remove_user(reader.email))
    assert void(browser, *links)
    done(alice.delete_vm(waited_for))
    assert void(browser, *links)


def test_once_the_time_is_over(start, smtp):
    server = start(inventory([machine("vm")]), LOADZONE_HOLD_MINUTES="0.02", **smtp.settings)
    late, quick = (Person(server, f"{name}@example.com").sign_in() for name in ("late", "quick"))
    done(quick.book("vm"))
    done(late.join("vm"))
    done(quick.cancel("vm"))
    tokens = smtp.wait_for_letter(late.email, "held for you").links
    assert len(set(tokens)) == 2
    eventually(lambda: late.vm("vm")["state"] == "free")
    assert void(Follower(server), *tokens)
    assert late.vm("vm")["state"] == "free"


def test_take_books_no_longer_than_the_settings_allow(start, smtp):
    server = start(inventory([machine("vm")]), LOADZONE_MAX_AHEAD_HOURS="1", **smtp.settings)
    patient, quick = (Person(server, f"{name}@example.com").sign_in() for name in ("patient", "quick"))
    done(quick.book("vm", 0.5))
    done(patient.join("vm", 5))
    done(quick.cancel("vm"))
    browser = Follower(server)
    take = browser.find(smtp.wait_for_letter(patient.email, "held for you").links, "book")
    assert "1 hour" in button(browser.open(take))
    assert browser.press(take).status_code == 200
    assert patient.vm("vm")["booked_by"] == patient.email


def test_another_site_cannot_press_the_button(browser, links, reader, waited_for):
    before = reader.vm(waited_for)
    for token in links:
        assert browser.press(token, Origin="https://evil.example").status_code == 403
    assert reader.vm(waited_for) == before


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False)])
def test_the_pages_speak_the_language_of_the_browser(browser, links, language, russian):
    take, leave = links
    for token in links:
        assert is_russian(button(browser.open(token, Accept_Language=language))) is russian
    assert is_russian(browser.press(take, Accept_Language=language).text) is russian
    assert is_russian(browser.open(leave, Accept_Language=language).text) is russian


def test_of_several_machines_of_a_group_each_has_its_own(browser, bob, reader, make_vm, make_group, smtp):
    vms = [make_vm(), make_vm()]
    group = make_group(*vms)
    done(bob.book_any(group, count=2))
    done(reader.join(group, 1, count=2))
    for vm in vms:
        done(bob.cancel(vm))
    one, other = (smtp.wait_for_letter(reader.email, vm).links for vm in vms)
    browser.press(browser.find(one, "book"))
    browser.press(browser.find(other, "pass"))
    assert [reader.vm(vm)["state"] for vm in vms] == ["booked", "free"]
