"""A machine out of service: everybody sees the reason, nobody can book it, an admin brings it back."""

import re

import pytest
from playwright.sync_api import expect

from browser.queues import join
from support.answers import done


def test_an_admin_takes_a_machine_out_of_service_and_brings_it_back(window, alice, bob, vm):
    here, bobs = window(alice), window(bob)
    free = bobs.page.get_by_role("button", name=re.compile(f"^{bobs.text('show.free')} "))
    before = int(free.locator("b").inner_text())
    here.choose(vm, "act.out-of-service")
    here.button("act.out-of-service").click()
    expect(here.dialog.get_by_role("alert")).to_have_text(here.text("maintenance.say_why"))
    here.field("maintenance.reason").fill("disk swap")
    here.send()
    expect(here.toast(here.text("maintenance.began", vm=vm))).to_be_visible()
    expect(here.toast("took")).to_have_count(0)

    expect(bobs.card(vm)).to_contain_text(f"{bobs.text('state.maintenance')}")
    expect(bobs.card(vm).locator(".until")).to_have_text("disk swap")
    expect(bobs.card(vm).locator(".state-icon use")).to_have_attribute("href", "#i-maintenance")
    expect(bobs.card(vm).get_by_role("button", name="Book")).to_have_count(0)
    expect(bobs.toast(f"{alice.email} took {vm} out of service: disk swap")).to_be_visible()
    expect(free.locator("b")).to_have_text(str(before - 1))
    bobs.page.get_by_role("button", name=bobs.text("view.list")).click()
    expect(bobs.card(vm).get_by_text("disk swap").locator("visible=true")).to_be_visible()
    bobs.search.fill("disk swap")
    expect(bobs.cards).to_have_count(1)
    bobs.open_machine(vm)
    expect(bobs.dialog).to_contain_text("disk swap")
    expect(bobs.button("act.book")).to_have_count(0)
    expect(bobs.button("act.back-in-service")).to_have_count(0)

    here.choose(vm, "act.back-in-service")
    expect(here.toast(here.text("maintenance.ended", vm=vm))).to_be_visible()
    expect(bobs.button("act.book")).to_be_visible()
    expect(free.locator("b")).to_have_text(str(before))


def test_the_edit_dialog_sets_and_removes_the_reason(window, alice, vm):
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
    expect(here.card(vm)).to_contain_text(here.text("state.free"))
    assert alice.vm(vm)["maintenance"] is None


@pytest.mark.parametrize(
    ("language", "why"),
    [("en", "Going out of service: it cannot be renewed"), ("ru", "Машину выводят из работы: продлить нельзя")],
)
def test_a_holder_keeps_the_machine_to_the_end_and_cannot_renew(window, alice, bob, vm, language, why):
    done(bob.book(vm, 3))
    here = window(bob, language=language)
    done(alice.edit_vm(vm, maintenance="new kernel"))
    expect(here.own_booking(vm)).to_contain_text(why)
    expect(here.own_booking(vm).locator("[data-action='renew-by']")).to_be_hidden()
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(here.text("fact.maintenance_next"))
    here.button("act.release").click()
    expect(here.card(vm)).to_contain_text(here.text("state.maintenance"))


def test_a_machine_out_of_service_can_be_waited_for(window, alice, newcomer, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    here = window(newcomer)
    here.open_machine(vm)
    here.button("queue.join").click()
    expect(here.dialog).to_contain_text("disk swap")
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=1))
    done(alice.edit_vm(vm, maintenance=None))
    expect(here.own_booking(vm)).to_contain_text(here.text("state.turn"))


def test_an_open_booking_dialog_says_that_it_was_taken_out_of_service(window, alice, bob, vm):
    here = window(bob)
    here.press("book", vm)
    done(alice.edit_vm(vm, maintenance="disk swap"))
    expect(here.dialog.get_by_role("status")).to_contain_text("just been taken out of service: disk swap")
    expect(here.button("book.submit")).to_be_disabled()
    expect(here.button("queue.join")).to_be_visible()


def test_a_waiter_keeps_the_place_when_the_booking_ends(window, alice, bob, newcomer, vm):
    done(bob.book(vm, 1))
    join(newcomer, vm_id=vm)
    done(alice.edit_vm(vm, maintenance="disk swap"))
    here = window(newcomer)
    done(bob.cancel(vm))
    expect(here.card(vm)).to_contain_text(here.text("state.maintenance"))
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=1))
    expect(here.card(vm).locator(".queue-badge")).to_contain_text("1 waiting")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_everybody_sees_on_the_board_that_a_booked_machine_goes_out_of_service(window, alice, bob, language):
    vm = f"a-name-that-is-much-longer-than-a-card-has-room-for-{language}"
    done(alice.add_vm(vm), 201)
    done(bob.book(vm, 3, note="soak"))
    here = window(alice, language=language)
    sign = here.card(vm).get_by_role("img", name=here.text("state.maintenance_next", reason="new kernel"))
    expect(here.card(vm)).to_contain_text("bob")
    expect(sign).to_have_count(0)
    done(alice.edit_vm(vm, maintenance="new kernel"))
    here.card(vm).scroll_into_view_if_needed()
    expect(sign).to_be_in_viewport(ratio=1)
    here.page.get_by_role("button", name=here.text("view.list")).click()
    here.card(vm).scroll_into_view_if_needed()
    expect(sign).to_be_in_viewport(ratio=1)
    about = here.card(vm).locator(".about")
    expect(about).to_have_text(here.text("state.maintenance_next", reason="new kernel"))
    done(bob.cancel(vm))
    expect(sign).to_have_count(0)
    expect(about).to_have_text("new kernel")
