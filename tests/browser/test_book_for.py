"""An admin books for somebody else in the dialogs that book."""

import re

from playwright.sync_api import expect

from browser.window import accessibility_violations


def test_an_admin_books_for_somebody_else_who_is_told(window, alice, bob, vm):
    theirs, here = window(bob), window(alice)
    here.press("book", vm)
    here.field("book.for").fill("nobody@example.com")
    here.dialog.locator(".send").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("Nobody with the address nobody@example.com")
    expect(here.field("book.for")).to_be_focused()
    assert accessibility_violations(here) == []
    here.field("book.for").fill(bob.email)
    here.page.keyboard.press("Enter")
    expect(here.toast(f"{vm} is now booked by {bob.email} until ")).to_be_visible()
    expect(theirs.toast(re.compile(f"alice@example.com booked {vm} for you: it is yours until"))).to_be_visible()
    expect(theirs.own_booking(vm)).to_be_visible()
    assert bob.vm(vm)["booked_by"] == bob.email


def test_any_free_ones_for_somebody_else(window, alice, bob, make_vm, make_group):
    vms = [make_vm(), make_vm()]
    name = alice.group(make_group(*vms))["name"]
    here = window(alice)
    here.section(name).get_by_role("button", name=f"{here.text('any.book')}: {name}").click()
    here.field("any.count").fill("2")
    here.field("book.for").fill(bob.email)
    here.send()
    expect(here.toast(f"2 machines are now booked by {bob.email} until ")).to_be_visible()
    assert {alice.vm(vm)["booked_by"] for vm in vms} == {bob.email}


def test_for_oneself_the_field_stays_empty_and_members_have_none(window, alice, bob, make_vm):
    one, other = make_vm(), make_vm()
    for person, vm in ((alice, one), (bob, other)):
        here = window(person)
        here.press("book", vm)
        expect(here.field("book.for")).to_have_count(1 if person is alice else 0)
        here.send()
        expect(here.toast(f"{vm} is yours until ")).to_be_visible()
        assert person.vm(vm)["booked_by"] == person.email
