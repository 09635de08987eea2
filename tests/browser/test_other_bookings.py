"""A booking, place or note changes while a dialog about it is open, in another tab or by somebody else."""

import pytest
from playwright.sync_api import Route, expect

from browser.queues import join
from support.answers import done


def test_a_release_with_a_reason_ends_only_the_booking_that_was_seen(window, alice, bob, vm):
    done(bob.book(vm, 1))
    here = window(alice)
    here.choose(vm, "act.release")
    here.field("force.reason").fill("idle")
    done(bob.cancel(vm))
    done(bob.book(vm, 2))
    expect(here.button("act.release")).to_be_disabled()
    expect(here.dialog.locator("[data-obstacle]")).to_contain_text(bob.email)
    assert alice.vm(vm)["booked_by"] == bob.email


@pytest.mark.parametrize("dialog", ["act.release", "act.note", "act.out-of-service"])
def test_an_open_dialog_names_the_end_of_the_booking_as_it_is_now(window, alice, bob, vm, dialog):
    done(bob.book(vm, 1))
    here = window(alice)
    here.choose(vm, dialog)
    subtitle = here.dialog.locator(".subtitle")
    expect(subtitle).to_contain_text(bob.email)
    before = subtitle.inner_text()
    done(bob.renew(vm, 2))
    expect(subtitle).not_to_have_text(before)
    expect(subtitle).to_contain_text(bob.email)


def test_the_maintenance_dialog_follows_who_has_the_machine(window, alice, bob, vm):
    here = window(alice)
    here.choose(vm, "act.out-of-service")
    subtitle = here.dialog.locator(".subtitle")
    expect(subtitle).to_have_count(0)
    done(bob.book(vm, 1))
    expect(subtitle).to_contain_text(bob.email)
    done(bob.cancel(vm))
    expect(subtitle).to_have_count(0)


def test_renewing_several_in_two_tabs_counts_once(window, bob, make_vm):
    vms = [make_vm(), make_vm()]
    for vm in vms:
        done(bob.book(vm, 1))
    here = window(bob)
    for vm in vms:
        here.card(vm).get_by_role("checkbox").click()
    here.page.get_by_role("region", name=here.text("bulk.label")).get_by_role(
        "button", name=here.text("bulk.renew")
    ).click()
    expect(here.button("renew.submit")).to_be_enabled()
    renewed = done(bob.renew(vms[0], 1))
    expect(here.button("renew.submit")).to_be_disabled()
    expect(here.dialog.locator("[data-obstacle]")).to_contain_text(vms[0])
    here.button("bulk.without").click()
    here.send()
    assert bob.vm(vms[0])["expires_at"] == renewed["expires_at"]


def test_a_request_changed_in_another_tab_is_shown(window, bob, newcomer, vm):
    done(bob.book(vm, 1))
    join(newcomer, vm_id=vm, hours=1)
    here = window(newcomer)
    here.choose(vm, "queue.change")
    join(newcomer, vm_id=vm, hours=5, auto=True)
    expect(here.dialog.get_by_role("status").first).to_contain_text("5 h, booked at once".replace(", ", " · "))
    done(newcomer.leave(vm))
    expect(here.button("act.save")).to_be_disabled()
    expect(here.dialog.locator("[data-obstacle]")).to_contain_text(here.text("gone.not_in_queue"))
    assert newcomer.queue(vm) == [], "Save must not join again at the end"
    here.dialog.locator("[data-obstacle]").get_by_role("button", name=here.text("queue.join")).click()
    here.button("queue.join").click()
    expect(here.dialogs).to_have_count(0)
    assert newcomer.queue(vm) == [newcomer.email]


def test_a_note_typed_in_two_tabs_shows_the_other_one(window, alice, bob, vm):
    done(bob.book(vm, 1, note="old"))
    here = window(bob)
    here.choose(vm, "act.note")
    done(alice.change_note(vm, "not touched"))
    expect(here.field("fact.note")).to_have_value("not touched")
    here.field("fact.note").fill("mine")
    done(alice.change_note(vm, "theirs"))
    expect(here.dialog.get_by_role("status").first).to_contain_text("theirs")
    expect(here.field("fact.note")).to_have_value("mine")

    def changed_first(route: Route) -> None:
        done(alice.change_note(vm, "in between"))
        route.continue_()

    here.page.route("**/note", changed_first, times=1)
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(f"{vm} was changed in the meantime")
    expect(here.dialog.get_by_role("status").first).to_contain_text("in between")
    here.send()
    assert bob.vm(vm)["note"] == "mine"
    here.choose(vm, "act.note")
    done(bob.cancel(vm))
    expect(here.button("act.save")).to_be_disabled()
