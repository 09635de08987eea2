"""Wait for a machine: join, see the place in the queue, leave; and what the holder sees."""

import re

import pytest
from playwright.sync_api import expect

from browser.queues import hold, join, leave
from support.answers import done
from support.people import Person


def test_a_click_and_enter_join_the_queue_of_a_taken_machine(window, bob, carol, newcomer, vm):
    done(carol.book(vm, 3))
    join(newcomer, vm_id=vm)
    here, carols = window(bob), window(carol)
    here.press("queue", vm)
    expect(here.dialog).to_contain_text(carol.email)
    expect(here.dialog.get_by_role("listitem")).to_contain_text([newcomer.email])
    here.page.keyboard.press("Enter")
    expect(here.dialogs).to_have_count(0)
    expect(here.toast(here.text("queue.joined", n=2, where=vm))).to_be_visible()
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=2))
    expect(carols.card(vm).locator(".queue-badge")).to_contain_text("2 waiting")
    expect(carols.toast(f"{newcomer.email} is waiting for {vm}")).to_have_count(0)
    assert [(one["email"], one["hours"], one["auto"]) for one in bob.vm(vm)["queue"]][1] == (bob.email, 4, False)

    leave(newcomer, vm_id=vm)
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=1))


def test_a_waiter_sees_the_order_changes_the_hours_and_leaves(window, bob, carol, newcomer, vm):
    done(carol.book(vm, 3))
    join(newcomer, vm_id=vm, hours=2)
    join(bob, vm_id=vm)
    here = window(bob)
    here.open_machine(vm)
    waiting = here.dialog.get_by_role("listitem")
    expect(waiting).to_have_text(
        [re.compile(rf"{newcomer.email}.*for 2 h", re.DOTALL), re.compile("You.*for 4 h", re.DOTALL)]
    )
    expect(here.dialog).to_contain_text(here.text("queue.your_place", n=2))

    here.button("queue.change").click()
    expect(here.choice(4)).to_be_checked()
    here.choice(8).check()
    here.dialog.get_by_label(here.text("queue.auto")).check()
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=2))
    assert [(one["hours"], one["auto"]) for one in bob.vm(vm)["queue"]] == [(2, False), (8, True)]

    here.open_machine(vm)
    here.button("queue.leave").click()
    expect(here.toast(here.text("queue.left", where=vm))).to_be_visible()
    expect(waiting).to_have_count(1)
    here.page.keyboard.press("Escape")
    expect(here.card(vm).get_by_role("button", name=f"Queue {vm}")).to_be_visible()
    assert [one["email"] for one in bob.vm(vm)["queue"]] == [newcomer.email]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_number_of_waiters_is_shown_in_the_persons_language(window, server, bob, carol, vm, language):
    done(carol.book(vm, 3))
    here = window(bob, language=language)
    badge = here.card(vm).locator(".queue-badge")
    expect(badge).to_be_hidden()
    for number, title in enumerate({"en": ["1 waiting", "2 waiting"], "ru": ["ждёт 1", "ждут 2"]}[language], 1):
        join(Person(server).sign_in(), vm_id=vm)
        expect(badge).to_have_attribute("title", title)
        expect(badge).to_contain_text(str(number))


def test_a_holder_cannot_renew_while_others_wait_and_sees_why(window, bob, carol, vm):
    done(bob.book(vm, 3))
    here = window(bob)
    renew_buttons = here.own_booking(vm).get_by_role("button", name=re.compile(here.text("act.renew")))
    expect(renew_buttons).to_have_count(2)
    here.own_booking(vm).get_by_role("button", name=f"Renew {vm}", exact=True).click()
    expect(here.button("renew.submit")).to_be_enabled()

    join(carol, vm_id=vm)
    expect(here.dialog.get_by_role("status")).to_contain_text("1 waiting: it cannot be renewed")
    expect(here.button("renew.submit")).to_be_disabled()
    here.page.keyboard.press("Escape")
    expect(renew_buttons).to_have_count(0)
    expect(here.own_booking(vm)).to_contain_text("1 waiting: it cannot be renewed")
    here.open_machine(vm)
    expect(here.dialog).to_contain_text("1 waiting: it cannot be renewed")
    expect(here.button("act.renew")).to_have_count(0)
    here.page.keyboard.press("Escape")

    leave(carol, vm_id=vm)
    expect(renew_buttons).to_have_count(2)
    renew_buttons.first.click()
    expect(here.toast("is yours until")).to_be_visible()


def test_an_admin_can_renew_while_others_wait(window, alice, carol, vm):
    done(alice.book(vm, 3))
    join(carol, vm_id=vm)
    here = window(alice)
    expect(here.own_booking(vm)).to_contain_text("1 waiting")
    here.own_booking(vm).get_by_role("button", name=f"Renew {vm} by 1 hour").click()
    expect(here.toast(f"{vm} is yours until")).to_be_visible()


def test_an_admin_who_renews_for_somebody_is_told_whose_it_is(window, alice, bob, vm):
    done(bob.book(vm, 1))
    here = window(alice)
    here.choose(vm, "act.renew")
    here.send()
    expect(here.toast(f"{vm} is now booked by {bob.email} until")).to_be_visible()


def test_a_booking_about_to_end_offers_release_if_it_cannot_be_renewed(window, bob, carol, vm):
    done(bob.book(vm, 0.3))
    here = window(bob)
    expect(here.card(vm).get_by_role("button", name=f"Renew {vm}")).to_be_visible()
    join(carol, vm_id=vm)
    expect(here.card(vm).get_by_role("button", name=f"Release {vm}")).to_be_visible()


def test_if_somebody_else_was_faster_the_queue_is_offered_with_the_chosen_hours(window, bob, carol, vm):
    here = window(bob)
    here.press("book", vm)
    here.field("hours.other").fill("7")
    done(carol.book(vm, 2))
    expect(here.dialog.get_by_role("status")).to_contain_text(f"{carol.email} has just booked it")
    here.button("queue.join").click()
    expect(here.dialog.get_by_role("heading", name=here.text("queue.title", where=vm))).to_be_visible()
    expect(here.field("hours.other")).to_have_value("7")
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=1))
    assert bob.vm(vm)["queue"][0]["hours"] == 7


def test_the_queue_dialog_offers_booking_when_the_machine_becomes_free(window, bob, carol, vm):
    done(carol.book(vm, 2))
    here = window(bob)
    here.press("queue", vm)
    done(carol.cancel(vm))
    expect(here.dialog.get_by_role("status")).to_contain_text("has just become free")
    expect(here.button("queue.join")).to_be_disabled()
    here.button("act.book").click()
    here.send()
    expect(here.own_booking(vm)).to_be_visible()


def test_an_admin_removes_somebody_from_a_queue(window, alice, bob, carol, vm):
    done(carol.book(vm, 2))
    join(bob, vm_id=vm)
    here, bobs = window(alice), window(bob)
    here.open_machine(vm)
    here.dialog.get_by_role("button", name=f"Remove: {bob.email}").click()
    here.send()
    expect(here.dialog).to_contain_text(here.text("queue.nobody"))
    expect(bobs.toast(f"{alice.email} removed you from the queue for {vm}")).to_be_visible()
    expect(bobs.card(vm).get_by_role("button", name=f"Queue {vm}")).to_be_visible()
    assert bob.vm(vm)["queue"] == []


def test_the_focus_stays_in_the_panel_when_its_queue_changes(window, alice, bob, carol, vm):
    done(carol.book(vm, 2))
    for person in bob, alice:
        join(person, vm_id=vm)
    here = window(alice)
    here.open_machine(vm)
    leave_button = here.button("queue.leave")
    leave_button.focus()
    leave(bob, vm_id=vm)
    expect(here.dialog).to_contain_text(here.text("queue.your_place", n=1))
    expect(leave_button).to_be_focused()
    here.page.keyboard.press("Enter")
    expect(here.dialog).to_contain_text(here.text("queue.nobody"))
    expect(here.button("act.close")).to_be_focused()


def test_a_user_cannot_remove_others_from_a_queue(window, bob, carol, newcomer, vm):
    done(carol.book(vm, 2))
    join(newcomer, vm_id=vm)
    here = window(bob)
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(newcomer.email)
    expect(here.dialog.get_by_role("button", name=re.compile("^Remove"))).to_have_count(0)


def test_a_stranger_signs_in_and_then_joins_the_queue(window, server, carol, vm):
    done(carol.book(vm, 2))
    here = window()
    here.press("queue", vm)
    here.field("sign_in.email").fill("a-stranger@example.com")
    here.button("sign_in.next").click()
    expect(here.dialog.get_by_role("heading", name=here.text("queue.title", where=vm))).to_be_visible()
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=1))


def test_strangers_see_that_a_machine_is_held_but_not_for_whom(window, bob, carol, vm):
    hold(vm, for_=bob, by=carol)
    here = window()
    expect(here.card(vm)).to_contain_text(here.text("state.held"))
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(here.text("state.held"))
    assert bob.email not in here.page.content()
