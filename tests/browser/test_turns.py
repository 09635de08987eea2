"""Turns: a machine held for a person stands out, and is taken or passed on; others cannot book it."""

import re

import pytest
from playwright.sync_api import expect

from browser.machines import inventory
from browser.queues import hold, join
from support.answers import done
from support.people import Person
from support.server import ADMIN, running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run a server without groups, so that only the people of these tests wait for its machines."""
    with running(tmp_path_factory.mktemp("turns"), inventory(0)) as server:
        yield server


def test_the_own_turn_is_at_the_top_and_in_the_title_and_is_taken_for_the_hours_asked(window, newcomer, carol, vm):
    done(carol.book(vm, 1))
    here = window(newcomer)
    here.press("queue", vm)
    here.choice(2).check()
    here.send()
    done(carol.cancel(vm))

    expect(here.own_booking(vm)).to_contain_text(here.text("state.turn"))
    expect(here.own_booking(vm)).to_contain_text(re.compile(r"1[45] min"))
    expect(here.page).to_have_title(re.compile(rf"^Your turn: {vm}, 1[45] min"))
    expect(here.card(vm)).to_contain_text(here.text("state.turn"))
    expect(here.toast(f"Your turn: {vm} is held for you")).to_be_visible()
    mine_filter = here.page.get_by_role("button", name=re.compile(f"^{here.text('show.mine')} 1$"))
    mine_filter.click()
    expect(here.cards).to_have_count(1)
    mine_filter.click()

    here.own_booking(vm).get_by_role("button", name=f"Book it: {vm}").click()
    expect(here.choice(2)).to_be_checked()
    here.page.keyboard.press("Enter")
    expect(here.toast(f"{vm} is yours until")).to_be_visible()
    expect(here.own_booking(vm)).to_contain_text(re.compile("2 h|1 h 59 min"))
    expect(here.page).to_have_title(re.compile("^(2 h|1 h 59 min)"))


def test_a_turn_that_is_passed_on_goes_to_the_next_waiter(window, newcomer, bob, carol, vm):
    done(carol.book(vm, 1))
    join(newcomer, vm_id=vm)
    join(bob, vm_id=vm)
    here, bobs = window(newcomer), window(bob)
    done(carol.cancel(vm))
    expect(bobs.card(vm)).to_contain_text(f"Held for {newcomer.email.split('@')[0]}")
    expect(bobs.card(vm).locator(".action")).to_have_text(bobs.text("queue.place", n=1))
    for one, shape in (bobs, "#i-held"), (here, "#i-turn"):
        expect(one.card(vm).locator(".state-icon use")).to_have_attribute("href", shape)
    here.own_booking(vm).get_by_role("button", name=f"Pass on: {vm}").click()
    expect(here.own_booking(vm)).to_have_count(0)
    expect(here.toast(here.text("pass.done", vm=vm))).to_be_visible()
    expect(bobs.own_booking(vm)).to_contain_text(bobs.text("state.turn"))
    expect(here.card(vm)).to_contain_text("Held for bob")


def test_releasing_while_others_wait_says_that_it_goes_to_the_next_and_has_no_undo(window, newcomer, carol, vm):
    done(newcomer.book(vm, 1))
    join(carol, vm_id=vm)
    here = window(newcomer)
    release = here.own_booking(vm).get_by_role("button", name=f"Release {vm}")
    release.focus()
    here.page.keyboard.press("Enter")
    expect(here.toast(here.text("release.passed", vm=vm))).to_be_visible()
    expect(here.toast(here.text("act.undo"))).to_have_count(0)
    expect(here.card(vm)).to_contain_text("Held for carol")
    expect(here.page.locator("#board")).to_be_focused()


def test_the_panel_offers_taking_and_passing_on(window, newcomer, carol, vm):
    hold(vm, for_=newcomer, by=carol)
    here = window(newcomer)
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(here.text("fact.held_until"))
    expect(here.button("act.take")).to_be_visible()
    here.button("act.pass").click()
    expect(here.card(vm)).to_contain_text(here.text("state.free"))


def test_a_waiter_with_auto_gets_the_booking_at_once(window, newcomer, carol, vm):
    done(carol.book(vm, 1))
    here = window(newcomer)
    here.press("queue", vm)
    here.dialog.get_by_label(here.text("queue.auto")).check()
    here.choice(8).check()
    here.send()
    done(carol.cancel(vm))
    expect(here.toast(f"Your turn: {vm} was booked for you")).to_be_visible()
    expect(here.own_booking(vm)).to_contain_text(re.compile("8 h|7 h 59 min"))


def test_a_machine_held_for_somebody_else_can_only_be_booked_by_an_admin(window, alice, newcomer, bob, carol, vm):
    hold(vm, for_=newcomer, by=carol)
    bobs, here = window(bob), window(alice)
    expect(bobs.card(vm).get_by_role("button", name=f"Queue {vm}")).to_be_visible()
    bobs.open_machine(vm)
    expect(bobs.dialog).to_contain_text(bobs.text("state.held_for", who=newcomer.email))
    expect(bobs.button("act.book")).to_have_count(0)

    here.choose(vm, "act.book")
    expect(here.dialog).to_contain_text(here.text("book.by_force", who=newcomer.email))
    here.send()
    expect(here.own_booking(vm)).to_be_visible()
    assert [one["email"] for one in alice.vm(vm)["queue"]] == [newcomer.email]


def test_the_booking_dialog_says_that_the_machine_is_now_held_for_somebody_else(window, bob, carol, newcomer, make_vm):
    vm = make_vm()
    here = window(bob)
    here.press("book", vm)
    hold(vm, for_=newcomer, by=carol)
    expect(here.dialog.get_by_role("status")).to_contain_text(f"now held for {newcomer.email}")
    expect(here.button("book.submit")).to_be_disabled()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_missed_turn_disappears_from_the_top(window, start, language):
    server = start(inventory(1), LOADZONE_HOLD_MINUTES="0.05")
    bob, alice = Person(server, "bob@example.com").sign_in(), Person(server, ADMIN).sign_in()
    here = window(bob, at=server, language=language)
    hold("server-0", for_=bob, by=alice)
    expect(here.own_booking("server-0")).to_contain_text(here.text("state.turn"))
    expect(here.own_booking("server-0")).to_have_count(0)
    expect(here.card("server-0")).to_contain_text(here.text("state.free"))


def test_machines_for_somebody_who_waits_for_several_are_kept_until_all_are_free(
    window, bob, carol, newcomer, make_vm, make_group
):
    first, second = make_vm(), make_vm()
    group = make_group(first, second)
    done(carol.book(first, 1))
    done(carol.book(second, 1))
    join(newcomer, group_id=group, count=2)
    here, bobs = window(newcomer), window(bob)
    done(carol.cancel(first))
    expect(here.card(first)).to_contain_text(here.text("state.kept_for_you"))
    expect(bobs.card(first)).to_contain_text(f"Kept for {newcomer.email.split('@')[0]}")
    expect(here.own_booking(first)).to_have_count(0)
    done(carol.cancel(second))
    expect(here.own_booking(first)).to_contain_text(here.text("state.turn"))
    expect(here.own_booking(second)).to_contain_text(here.text("state.turn"))
