"""Out of service: everybody sees it and why, nobody books it, and an admin brings it back."""

import re

import pytest
from playwright.sync_api import expect

from browser.queues import join
from support.answers import done


def test_an_admin_takes_a_machine_out_of_service_and_brings_it_back(window, alice, bob, vm):
    here, his = window(alice), window(bob)
    free = his.page.get_by_role("button", name=re.compile(f"^{his.say('show.free')} "))
    before = int(free.locator("b").inner_text())
    here.choose(vm, "act.out-of-service")
    here.button("act.out-of-service").click()
    expect(here.dialog.get_by_role("alert")).to_have_text(here.say("maintenance.say_why"))
    here.field("maintenance.reason").fill("disk swap")
    here.send()
    expect(here.toast(here.say("maintenance.began", vm=vm))).to_be_visible()
    expect(here.toast("took")).to_have_count(0)

    expect(his.card(vm)).to_contain_text(f"{his.say('state.maintenance')}")
    expect(his.card(vm).locator(".until")).to_have_text("disk swap")
    expect(his.card(vm).locator(".state-icon use")).to_have_attribute("href", "#i-maintenance")
    expect(his.card(vm).get_by_role("button", name="Book")).to_have_count(0)
    expect(his.toast(f"{alice.email} took {vm} out of service: disk swap")).to_be_visible()
    expect(free.locator("b")).to_have_text(str(before - 1))
    his.page.get_by_role("button", name=his.say("view.list")).click()
    expect(his.card(vm).get_by_text("disk swap").locator("visible=true")).to_be_visible()
    his.search.fill("disk swap")
    expect(his.cards).to_have_count(1)
    his.open_machine(vm)
    expect(his.dialog).to_contain_text("disk swap")
    expect(his.button("act.book")).to_have_count(0)
    expect(his.button("act.back-in-service")).to_have_count(0)

    here.choose(vm, "act.back-in-service")
    expect(here.toast(here.say("maintenance.ended", vm=vm))).to_be_visible()
    expect(his.button("act.book")).to_be_visible()
    expect(free.locator("b")).to_have_text(str(before))


def test_the_edit_dialog_sets_the_reason_and_takes_it_away(window, alice, vm):
    here = window(alice)
    here.choose(vm, "act.edit-vm")
    here.field("maintenance.field").fill("new kernel")
    here.send()
    expect(here.card(vm)).to_contain_text("new kernel")
    assert alice.vm(vm)["maintenance"] == "new kernel"
    here.choose(vm, "act.edit-vm")
    expect(here.field("maintenance.field")).to_have_value("new kernel")
    here.field("maintenance.field").fill("")
    here.send()
    expect(here.card(vm)).to_contain_text(here.say("state.free"))
    assert alice.vm(vm)["maintenance"] is None


@pytest.mark.parametrize(
    ("language", "why"),
    [("en", "Going out of service: it cannot be renewed"), ("ru", "Её выводят из работы: продлить нельзя")],
)
def test_a_holder_keeps_it_to_the_end_and_cannot_renew(window, alice, bob, vm, language, why):
    done(bob.book(vm, 3))
    here = window(bob, language=language)
    done(alice.edit_vm(vm, maintenance="new kernel"))
    expect(here.own_booking(vm)).to_contain_text(why)
    expect(here.own_booking(vm).locator("[data-action='renew-by']")).to_be_hidden()
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(here.say("fact.maintenance_next"))
    here.button("act.release").click()
    expect(here.card(vm)).to_contain_text(here.say("state.maintenance"))


def test_one_waits_for_what_is_out_of_service(window, alice, newcomer, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    here = window(newcomer)
    here.open_machine(vm)
    here.button("queue.join").click()
    expect(here.dialog).to_contain_text("disk swap")
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=1))
    done(alice.edit_vm(vm, maintenance=None))
    expect(here.own_booking(vm)).to_contain_text(here.say("state.turn"))


def test_one_who_would_book_it_is_told(window, alice, bob, vm):
    here = window(bob)
    here.press("book", vm)
    done(alice.edit_vm(vm, maintenance="disk swap"))
    expect(here.dialog.get_by_role("status")).to_contain_text("just been taken out of service: disk swap")
    expect(here.button("book.submit")).to_be_disabled()
    expect(here.button("queue.join")).to_be_visible()


def test_who_waits_keeps_the_place_over_a_booking(window, alice, bob, newcomer, vm):
    done(bob.book(vm, 1))
    join(newcomer, vm_id=vm)
    done(alice.edit_vm(vm, maintenance="disk swap"))
    here = window(newcomer)
    done(bob.cancel(vm))
    expect(here.card(vm)).to_contain_text(here.say("state.maintenance"))
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=1))
    expect(here.card(vm).locator(".queue-badge")).to_contain_text("1 waiting")
