"""Undoing a deletion: in the message about it, and for ten minutes in the notifications."""

import itertools
import re

import pytest
from playwright.sync_api import Locator, expect

from browser.queues import join
from browser.selection import action_button, select
from browser.test_accessibility import DIALOG, no_violations, violations_in_both_themes
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

NUMBERS = itertools.count(1)


@pytest.fixture
def boss(server, alice):
    """An admin whose notifications no other test fills."""
    person = Person(server).sign_in()
    done(alice.give_role(person.email, "admin"))
    return person


def undo_in(toast: Locator, here) -> Locator:
    return toast.get_by_role("button", name=here.text("act.undo"), exact=True)


def delete(here, vm) -> Locator:
    """Delete the machine on the page; return the message about it."""
    here.choose(vm, "act.delete-vm")
    expect(here.dialog).to_contain_text("You can undo this for 10 minutes" if here.language == "en" else "10 минут")
    if here.dialog.get_by_role("checkbox").count():
        here.dialog.get_by_role("checkbox").check()
    here.button("act.delete").click()
    expect(here.card(vm)).to_have_count(0)
    return here.toast(here.text("vm.deleted", vm=vm))


def delete_two(here, make_vm):
    """Delete two new machines at once, and return them and the message."""
    vms = [make_vm(), make_vm()]
    select(here, *vms)
    action_button(here, "delete").click()
    here.button("act.delete").click()
    return vms, here.toast(re.compile("^2 machines deleted"))


def open_bell(here) -> Locator:
    """Open the notifications; return them."""
    here.page.locator("#account .bell").click()
    expect(here.dialog.get_by_role("heading", name=here.text("heard.title"))).to_be_visible()
    return here.dialog.get_by_role("listitem")


def undo_in_bell(here) -> Locator:
    return here.dialog.get_by_role("button", name=re.compile(f"^{here.text('act.undo')}: "))


@pytest.fixture
def here(window, boss):
    opened = window(boss)
    opened.language = "en"
    return opened


def test_a_deletion_is_undone_from_its_message_and_the_booking_goes_on(here, bob, vm):
    before = done(bob.book(vm, 2, note="soak"))
    undo_in(delete(here, vm), here).click()
    expect(here.card(vm)).to_contain_text("bob")
    expect(here.toast(here.text("undo.vm", vm=vm))).to_be_visible()
    assert {**bob.vm(vm), "version": before["version"]} == before
    expect(here.page.locator("#board")).to_be_focused()
    expect(open_bell(here)).to_have_count(0)


def test_it_is_undone_by_key(here, vm):
    expect(undo_in(delete(here, vm), here)).to_be_visible()
    here.page.keyboard.press("u")
    expect(here.card(vm)).to_be_visible()


def test_several_are_undone_at_once(here, make_vm):
    vms, toast = delete_two(here, make_vm)
    expect(here.card(vms[0])).to_have_count(0)
    undo_in(toast, here).click()
    for vm in vms:
        expect(here.card(vm)).to_be_visible()
    expect(here.toast("2 machines are back")).to_be_visible()


def test_a_group_is_undone_with_its_machines_and_its_queue(here, alice, bob, newcomer, vm):
    done(bob.book(vm))
    name = f"Undone {next(NUMBERS)}"
    group = done(alice.make_group(name, [vm]), 201)["id"]
    join(newcomer, group_id=group)
    section = here.section(name)
    section.get_by_role("button", name=here.text("group.delete")).click()
    expect(here.dialog).to_contain_text("You can undo this for 10 minutes")
    here.send()
    expect(section).to_have_count(0)
    undo_in(here.toast(here.text("group.deleted", group=name)), here).click()
    expect(section.locator(".card")).to_have_count(1)
    assert alice.queue(group) == [newcomer.email]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_for_ten_minutes_it_is_undone_from_the_notifications(window, boss, bob, vm, language):
    here = window(boss, path=None, fresh=True, language=language)
    here.language = language
    here.page.clock.install()
    here.go()
    done(bob.book(vm))
    toast = delete(here, vm)
    expect(toast).to_be_visible()
    here.page.clock.fast_forward(60_000)
    expect(toast).to_have_count(0)
    expect(open_bell(here)).to_have_count(1)
    expect(here.dialog.get_by_role("listitem")).to_contain_text(vm)
    assert no_violations(violations_in_both_themes(here, DIALOG))
    undo_in_bell(here).click()
    expect(here.card(vm)).to_contain_text("bob")
    expect(here.dialog).to_contain_text(here.text("heard.none"))
    expect(here.dialog.locator(".close")).to_be_focused()


AGE = """(minutes) => {
  const [key] = Object.keys(localStorage).filter((name) => name.startsWith("heard "));
  const aged = JSON.parse(localStorage[key]).map((one) => ({ ...one, at: one.at - minutes * 60000 }));
  localStorage[key] = JSON.stringify(aged);
}"""


def test_after_ten_minutes_it_is_not_offered(here, vm):
    expect(delete(here, vm)).to_be_visible()
    for minutes, offers in (9, 1), (1, 0):
        here.page.evaluate(AGE, minutes)
        expect(open_bell(here)).to_have_count(1)
        expect(undo_in_bell(here)).to_have_count(offers)
        here.page.keyboard.press("Escape")


def test_what_was_undone_elsewhere_is_not_offered_in_another_tab(here, vm):
    toast = delete(here, vm)
    there = here.another_tab()
    expect(open_bell(there)).to_have_count(1)
    expect(undo_in_bell(there)).to_have_count(1)
    undo_in(toast, here).click()
    expect(there.dialog).to_contain_text(there.text("heard.none"))


def test_what_another_admin_has_undone_is_said(here, alice, vm):
    toast = delete(here, vm)
    undo_in(toast, here).focus()  # keeps it
    done(alice.undelete(vm))
    expect(here.card(vm)).to_be_visible()
    undo_in(toast, here).click()
    expect(here.toast("is on the board, so there is no deletion to undo")).to_be_visible()


def test_a_name_that_was_taken_is_said_and_the_undo_stays_offered(here, alice, vm):
    toast = delete(here, vm)
    undo_in(toast, here).focus()
    done(alice.add_vm(vm.upper()), 201)
    undo_in(toast, here).click()
    expect(here.toast(f"There is another machine “{vm.upper()}” by now")).to_be_visible()
    done(alice.delete_vm(vm.upper()))
    expect(here.card(vm.upper())).to_have_count(0)
    open_bell(here)
    undo_in_bell(here).click()
    expect(here.card(vm)).to_be_visible()


def test_an_undo_in_the_notifications_ends_the_offer_of_the_message(here, make_vm):
    _, toast = delete_two(here, make_vm)
    undo_in(toast, here).focus()  # keeps it
    open_bell(here)
    undo_in_bell(here).click()
    expect(here.toast("2 machines are back")).to_be_visible()
    assert toast.count() == 0, "and not only when its time is over"


def test_what_does_not_come_back_is_named(here, alice, newcomer, vm):
    done(newcomer.book(vm))
    toast = delete(here, vm)
    undo_in(toast, here).focus()
    done(alice.post("/users/remove", {"email": newcomer.email}))
    undo_in(toast, here).click()
    expect(here.toast(f"{vm} is back, but without: {vm}: the booking of {newcomer.email}")).to_be_visible()


def test_a_place_in_the_queue_of_the_group_that_does_not_come_back_is_named(here, alice, bob, newcomer, make_vm):
    vms, name = [make_vm(), make_vm()], f"Undone {next(NUMBERS)}"
    done(bob.book(vms[1]))
    group = done(alice.make_group(name, vms), 201)["id"]
    done(newcomer.post("/queue/join", {"group_id": group, "hours": 1, "count": 2}))
    toast = delete(here, vms[0])
    undo_in(toast, here).focus()
    done(alice.post("/users/remove", {"email": newcomer.email}))
    undo_in(toast, here).click()
    lost = f"{name}: the place of {newcomer.email} in the queue"
    expect(here.toast(f"{vms[0]} is back, but without: {lost}")).to_be_visible()


def test_an_undo_that_gets_no_answer_stays_offered(here, vm):
    here.may_lose_connection = True
    toast = delete(here, vm)
    here.page.route("**/undelete", lambda route: route.abort("connectionrefused"))
    undo_in(toast, here).click()
    expect(here.toast(here.text("error.unreachable"))).to_be_visible()
    here.page.unroute("**/undelete")
    open_bell(here)
    undo_in_bell(here).click()
    expect(here.card(vm)).to_be_visible()


def test_the_person_who_waited_sees_that_the_machine_is_back(window, tmp_path):
    with running(tmp_path) as server:
        alice, bob, waiter = (Person(server, email).sign_in() for email in (ADMIN, None, None))
        done(alice.add_vm("vm"), 201)
        done(bob.book("vm"))
        join(waiter, vm_id="vm")
        here = window(waiter, at=server)
        done(alice.delete_vm("vm", force=True))
        expect(here.toast("you are no longer waiting for it")).to_be_visible()
        done(alice.undelete("vm"))
        expect(here.toast("vm is back, and you are in its queue again")).to_be_visible()
        expect(here.card("vm")).to_contain_text("No. 1")
