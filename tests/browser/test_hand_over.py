"""Handing a booking over in a machine's dialog."""

import re

import pytest
from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.answers import done
from support.inventory import inventory, machine
from support.people import Person


@pytest.fixture
def bobs(bob, vm):
    done(bob.book(vm, 2, note="soak"))
    return vm


def test_the_holder_hands_it_over_and_the_receiver_is_told(window, bob, carol, bobs):
    theirs, here = window(carol), window(bob)
    here.choose(bobs, "act.hand-over")
    expect(here.field("hand_over.to")).to_be_focused()
    here.page.keyboard.type(carol.email)
    here.page.keyboard.press("Enter")
    expect(here.toast(f"{bobs} is now booked by {carol.email} until ")).to_be_visible()
    expect(here.dialogs).to_have_count(0)
    assert bob.vm(bobs)["booked_by"] == carol.email
    expect(
        theirs.toast(re.compile(f"{bob.email} handed {bobs} over to you: it is yours until \\d\\d:\\d\\d"))
    ).to_be_visible()
    expect(theirs.page.locator("#toasts .toast")).to_have_count(1)
    expect(theirs.own_booking(bobs)).to_be_visible()
    theirs.page.get_by_role("button", name=re.compile("^Notifications")).click()
    expect(theirs.dialog.get_by_role("listitem")).to_have_count(1)
    expect(theirs.dialog).to_contain_text(f"{bob.email} handed {bobs} over to you")


def test_a_member_is_offered_the_people_of_the_board_and_an_admin_everybody(
    window, alice, bob, carol, charlie, bobs, make_vm
):
    done(carol.book(make_vm()))
    quiet = Person(bob.server, "quiet@example.com").sign_in()

    def offered(here):
        here.choose(bobs, "act.hand-over")
        options = here.dialog.locator("#people option")
        expect(options.first).to_be_attached()
        return options

    options = offered(window(bob))
    offers = options.evaluate_all("all => all.map(({ value }) => value)")
    assert carol.email in offers
    assert {bob.email, quiet.email} & set(offers) == set()
    options = offered(window(alice))
    expect(options.and_(options.page.locator(f'[value="{quiet.email}"]'))).to_be_attached()
    assert bob.email not in options.evaluate_all("all => all.map(({ value }) => value)")


def test_what_is_wrong_with_the_address_is_said_at_the_field(window, bob, bobs):
    here = window(bob)
    here.choose(bobs, "act.hand-over")
    for address, sentence in (
        ("", "must not be empty|not an e-mail address"),
        ("carol", "This is not an e-mail address"),
        ("nobody@example.com", "Nobody with the address nobody@example.com has signed in here"),
        (bob.email, f"{bobs} is already booked by {bob.email}"),
    ):
        here.field("hand_over.to").fill(address)
        here.dialog.locator(".send").click()
        expect(here.dialog.get_by_role("alert")).to_have_text(re.compile(sentence))
        expect(here.field("hand_over.to")).to_be_focused()
        expect(here.field("hand_over.to")).to_have_attribute("aria-invalid", "true")
    assert accessibility_violations(here) == []
    assert bob.vm(bobs)["booked_by"] == bob.email


def test_a_booking_that_ends_or_changes_hands_meanwhile_is_not_handed_over(window, alice, bob, carol, bobs):
    here = window(alice)
    here.choose(bobs, "act.hand-over")
    expect(here.dialog).to_contain_text(f"Booked by {bob.email} until")
    done(bob.hand_over(bobs, carol.email))
    expect(here.dialog).to_contain_text(f"{carol.email} has just booked it")
    expect(here.dialog.locator(".send")).to_be_disabled()


def test_nobody_else_is_offered_it_and_a_jobs_booking_says_what_happens(window, bob, carol, vm):
    done(bob.book(vm, heartbeat_minutes=60))
    theirs = window(carol)
    theirs.open_machine(vm)
    expect(theirs.button("act.hand-over")).to_have_count(0)
    here = window(bob)
    here.choose(vm, "act.hand-over")
    expect(here.dialog).to_contain_text("A job uses this machine.")


def test_an_admin_is_asked_before_the_limit_of_the_receiver_is_passed(window, start):
    server = start(inventory([machine(vm_id) for vm_id in "ab"]), LOADZONE_MAX_MACHINES="1")
    ann, bob, admin = (Person(server, f"{name}@example.com").sign_in() for name in ("ann", "bob", "alice"))
    done(ann.book("a"))
    done(bob.book("b"))
    for person in (ann, admin):
        here = window(person, at=server)
        here.choose("a", "act.hand-over")
        here.field("hand_over.to").fill(bob.email)
        here.dialog.locator(".send").click()
        expect(here.dialog.get_by_role("alert")).to_contain_text("bob@example.com can have at most 1 machine at a time")
        expect(here.dialog.get_by_role("checkbox")).to_have_count(1 if person is admin else 0)
    here.field("hand_over.over_limit").check()
    here.send()
    assert ann.vm("a")["booked_by"] == bob.email


def test_the_history_names_the_other_person(window, bob, carol, bobs):
    done(bob.hand_over(bobs, carol.email))
    for person in bob, carol:
        here = window(person, path=f"/?view=history&person={person.email}")
        entries = here.page.locator("#view").get_by_role("listitem").filter(has_text=bobs)
        expect(entries.filter(has_text="handed over by bob to carol")).to_have_count(1)
    here = window(bob, path=f"/?view=history&machine={bobs}")
    entries = here.page.locator("#view").get_by_role("listitem")
    expect(entries.filter(has_text="still booked")).to_contain_text("carol")
    expect(entries.filter(has_text="handed over to carol")).to_contain_text("you")
