"""Waiting for a machine: joining, one's place, leaving, and what the holder sees of it."""

import re

import pytest
from playwright.sync_api import expect

from browser.queues import hold, join, leave
from support.answers import done
from support.people import Person


def test_a_click_and_enter_join_the_queue_of_a_taken_machine(window, bob, carol, newcomer, vm):
    done(carol.book(vm, 3))
    join(newcomer, vm_id=vm)
    here, hers = window(bob), window(carol)
    here.press("queue", vm)
    expect(here.dialog).to_contain_text(carol.email)
    expect(here.dialog.get_by_role("listitem")).to_contain_text([newcomer.email])
    here.page.keyboard.press("Enter")
    expect(here.no_dialog).to_have_count(0)
    expect(here.toast(here.say("queue.joined", n=2, where=vm))).to_be_visible()
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=2))
    expect(hers.card(vm).locator(".queue-badge")).to_contain_text("2 waiting")
    expect(hers.toast(f"{newcomer.email} is waiting for {vm}")).to_have_count(0)
    assert [(one["email"], one["hours"], one["auto"]) for one in bob.vm(vm)["queue"]][1] == (bob.email, 4, False)

    leave(newcomer, vm_id=vm)
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=1))


def test_one_who_waits_sees_the_order_changes_the_wish_and_leaves(window, bob, carol, newcomer, vm):
    done(carol.book(vm, 3))
    join(newcomer, vm_id=vm, hours=2)
    join(bob, vm_id=vm)
    here = window(bob)
    here.open_machine(vm)
    waiting = here.dialog.get_by_role("listitem")
    expect(waiting).to_have_text(
        [re.compile(rf"{newcomer.email}.*for 2 h", re.DOTALL), re.compile("You.*for 4 h", re.DOTALL)]
    )
    expect(here.dialog).to_contain_text(here.say("queue.your_place", n=2))

    here.button("queue.change").click()
    expect(here.choice(4)).to_be_checked()
    here.choice(8).check()
    here.dialog.get_by_label(here.say("queue.auto")).check()
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=2))
    assert [(one["hours"], one["auto"]) for one in bob.vm(vm)["queue"]] == [(2, False), (8, True)]

    here.open_machine(vm)
    here.button("queue.leave").click()
    expect(here.toast(here.say("queue.left", where=vm))).to_be_visible()
    expect(waiting).to_have_count(1)
    here.page.keyboard.press("Escape")
    expect(here.card(vm).get_by_role("button", name=f"Queue {vm}")).to_be_visible()
    assert [one["email"] for one in bob.vm(vm)["queue"]] == [newcomer.email]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_how_many_wait_is_said_in_the_readers_language(window, server, bob, carol, vm, language):
    done(carol.book(vm, 3))
    here = window(bob, language=language)
    sign = here.card(vm).locator(".queue-badge")
    expect(sign).to_be_hidden()
    for number, said in enumerate({"en": ["1 waiting", "2 waiting"], "ru": ["ждёт 1", "ждут 2"]}[language], 1):
        join(Person(server).sign_in(), vm_id=vm)
        expect(sign).to_have_attribute("title", said)
        expect(sign).to_contain_text(str(number))


def test_a_holder_for_whom_others_wait_cannot_renew_and_sees_why(window, bob, carol, vm):
    done(bob.book(vm, 3))
    here = window(bob)
    renewing = here.own_booking(vm).get_by_role("button", name=re.compile(here.say("act.renew")))
    expect(renewing).to_have_count(2)
    here.own_booking(vm).get_by_role("button", name=f"Renew {vm}", exact=True).click()
    expect(here.button("renew.submit")).to_be_enabled()

    join(carol, vm_id=vm)
    expect(here.dialog.get_by_role("status")).to_contain_text("1 waiting: it cannot be renewed")
    expect(here.button("renew.submit")).to_be_disabled()
    here.page.keyboard.press("Escape")
    expect(renewing).to_have_count(0)
    expect(here.own_booking(vm)).to_contain_text("1 waiting: it cannot be renewed")
    here.open_machine(vm)
    expect(here.dialog).to_contain_text("1 waiting: it cannot be renewed")
    expect(here.button("act.renew")).to_have_count(0)
    here.page.keyboard.press("Escape")

    leave(carol, vm_id=vm)
    expect(renewing).to_have_count(2)
    renewing.first.click()
    expect(here.toast("is yours until")).to_be_visible()


def test_an_admin_renews_though_others_wait(window, alice, carol, vm):
    done(alice.book(vm, 3))
    join(carol, vm_id=vm)
    here = window(alice)
    expect(here.own_booking(vm)).to_contain_text("1 waiting")
    here.own_booking(vm).get_by_role("button", name=f"Renew {vm} by 1 hour").click()
    expect(here.toast(f"{vm} is yours until")).to_be_visible()


def test_a_machine_about_to_end_is_released_where_it_cannot_be_renewed(window, bob, carol, vm):
    done(bob.book(vm, 0.3))
    here = window(bob)
    expect(here.card(vm).get_by_role("button", name=f"Renew {vm}")).to_be_visible()
    join(carol, vm_id=vm)
    expect(here.card(vm).get_by_role("button", name=f"Release {vm}")).to_be_visible()


def test_who_was_faster_is_told_and_the_queue_offered_with_the_hours_chosen(window, bob, carol, vm):
    here = window(bob)
    here.press("book", vm)
    here.field("hours.other").fill("7")
    done(carol.book(vm, 2))
    expect(here.dialog.get_by_role("status")).to_contain_text(f"{carol.email} has just booked it")
    here.button("queue.join").click()
    expect(here.dialog.get_by_role("heading", name=here.say("queue.title", where=vm))).to_be_visible()
    expect(here.field("hours.other")).to_have_value("7")
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=1))
    assert bob.vm(vm)["queue"][0]["hours"] == 7


def test_one_who_would_wait_for_what_has_come_free_books_it(window, bob, carol, vm):
    done(carol.book(vm, 2))
    here = window(bob)
    here.press("queue", vm)
    done(carol.cancel(vm))
    expect(here.dialog.get_by_role("status")).to_contain_text("has just become free")
    expect(here.button("queue.join")).to_be_disabled()
    here.button("act.book").click()
    here.send()
    expect(here.own_booking(vm)).to_be_visible()


def test_an_admin_takes_somebody_out_of_a_queue(window, alice, bob, carol, vm):
    done(carol.book(vm, 2))
    join(bob, vm_id=vm)
    here, his = window(alice), window(bob)
    here.open_machine(vm)
    here.dialog.get_by_role("button", name=f"Remove: {bob.email}").click()
    here.send()
    expect(here.dialog).to_contain_text(here.say("queue.nobody"))
    expect(his.toast(f"{alice.email} removed you from the queue for {vm}")).to_be_visible()
    expect(his.card(vm).get_by_role("button", name=f"Queue {vm}")).to_be_visible()
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
    expect(here.dialog).to_contain_text(here.say("queue.your_place", n=1))
    expect(leave_button).to_be_focused()
    here.page.keyboard.press("Enter")
    expect(here.dialog).to_contain_text(here.say("queue.nobody"))
    expect(here.button("act.close")).to_be_focused()


def test_a_user_takes_nobody_out(window, bob, carol, newcomer, vm):
    done(carol.book(vm, 2))
    join(newcomer, vm_id=vm)
    here = window(bob)
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(newcomer.email)
    expect(here.dialog.get_by_role("button", name=re.compile("^Remove"))).to_have_count(0)


def test_a_stranger_signs_in_and_then_waits(window, server, carol, vm):
    done(carol.book(vm, 2))
    here = window()
    here.press("queue", vm)
    here.field("sign_in.email").fill("a-stranger@example.com")
    here.button("sign_in.next").click()
    expect(here.dialog.get_by_role("heading", name=here.say("queue.title", where=vm))).to_be_visible()
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=1))


def test_strangers_see_that_it_is_held_and_not_for_whom(window, bob, carol, vm):
    hold(vm, for_=bob, by=carol)
    here = window()
    expect(here.card(vm)).to_contain_text(here.say("state.held"))
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(here.say("state.held"))
    assert bob.email not in here.page.content()
