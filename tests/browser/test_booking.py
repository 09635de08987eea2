"""Book, renew and release on the page."""

import math
import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.durations import DURATIONS


def end_of(person, vm_id: str) -> datetime:
    return datetime.fromisoformat(person.vm(vm_id)["expires_at"].replace("Z", "+00:00"))


def test_a_click_and_enter_book_a_free_machine(window, bob, vm):
    here = window(bob)
    here.press("book", vm)
    expect(here.choice(4)).to_be_checked()
    here.page.keyboard.press("Enter")
    expect(here.dialogs).to_have_count(0)
    expect(here.own_booking(vm)).to_contain_text(re.compile("4 h|3 h 59 min"))
    expect(here.toast(f"{vm} is yours until")).to_be_visible()
    expect(here.card(vm).get_by_role("button", name=f"Release {vm}")).to_be_visible()
    assert bob.vm(vm)["booked_by"] == bob.email


def test_the_chosen_hours_and_note_are_booked_and_the_hours_remembered(window, bob, make_vm):
    first, second = make_vm(), make_vm()
    here = window(bob)
    here.press("book", first)
    here.choice(2).check()
    expect(here.dialog).to_contain_text("(2 h)")
    here.field("book.what_for").fill("release 4.2 soak")
    here.send()
    expect(here.own_booking(first)).to_contain_text("release 4.2 soak")
    assert bob.vm(first)["note"] == "release 4.2 soak"

    here.go()
    here.press("book", second)
    expect(here.choice(2)).to_be_checked()
    here.field("hours.other").fill("1,5")
    expect(here.choice(2)).not_to_be_checked()
    expect(here.dialog).to_contain_text("(1 h 30 min)")
    here.send()
    expect(here.own_booking(second)).to_contain_text(re.compile("1 h 30 min|1 h 29 min"))


def test_typed_hours_are_read_as_the_command_line_reads_them(window, bob, vm):
    here = window(bob)
    read = """async (texts) => {
        const page = document.querySelector('script[src*="/static/"]').src;
        const { typedHours } = await import(new URL("typed_duration.js", page));
        return texts.map(typedHours);
    }"""
    shown = here.page.evaluate(read, list(DURATIONS))
    assert [None if math.isnan(hours) else pytest.approx(hours) for hours in shown] == list(DURATIONS.values())
    here.press("book", vm)
    here.field("hours.other").fill("1h30m")
    expect(here.dialog).to_contain_text("(1 h 30 min)")
    here.send()
    expect(here.own_booking(vm)).to_contain_text(re.compile("1 h 30 min|1 h 29 min"))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("typed", ["abc", "2 hourly"])
def test_a_duration_that_cannot_be_read_is_said_to_be_none(window, bob, vm, language, typed):
    here = window(bob, language=language)
    here.press("book", vm)
    other = here.field("hours.other")
    expect(other).to_have_attribute("placeholder", re.compile("90"))
    before = here.dialog.bounding_box()
    other.fill(typed)
    assert here.dialog.bounding_box() == before
    here.dialog.locator(".send").click()
    expect(here.dialog.get_by_role("alert")).to_have_text(here.text("hours.unreadable"))
    expect(other).to_be_focused()
    expect(other).to_have_attribute("aria-invalid", "true")
    other.fill("1:30")
    here.send()
    expect(here.own_booking(vm)).to_contain_text(re.compile("1 (h|ч) 30|1 (h|ч) 29"))


def test_others_see_the_holder_the_end_and_the_remaining_time(window, bob, carol, vm):
    done(bob.book(vm, 3, note="soak"))
    here = window(carol, path=None, fresh=True)
    here.page.clock.install()
    here.go()
    expect(here.card(vm)).to_contain_text(re.compile(r"bob.*→.*\b(3 h|2 h 59 min)", re.DOTALL))
    expect(here.card(vm).get_by_role("button", name="Book")).to_have_count(0)
    here.card(vm).scroll_into_view_if_needed()  # groups far from the viewport are only updated when they come near
    here.page.clock.fast_forward("01:00:00")
    expect(here.card(vm)).to_contain_text(re.compile(r"bob.*→.*\b(2 h|1 h 59 min)", re.DOTALL))
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(here.text("fact.booked_by", who=bob.email))
    expect(here.dialog).to_contain_text("soak")
    expect(here.button("act.release")).to_have_count(0)


def test_one_click_renews_by_an_hour_and_the_dialog_by_any_number(window, bob, vm):
    done(bob.book(vm, 1))
    start = end_of(bob, vm)
    here = window(bob)
    here.own_booking(vm).get_by_role("button", name=f"Renew {vm} by 1 hour").click()
    expect(here.own_booking(vm)).to_contain_text(re.compile("2 h|1 h 59 min"))
    assert (end_of(bob, vm) - start).total_seconds() == 3600

    here.own_booking(vm).get_by_role("button", name=f"Renew {vm}", exact=True).click()
    expect(here.dialog).to_contain_text(here.text("renew.ends_now", time="").split()[0])
    here.choice(8).check()
    here.send()
    expect(here.own_booking(vm)).to_contain_text(re.compile("10 h|9 h 59 min"))
    assert (end_of(bob, vm) - start).total_seconds() == 9 * 3600


def test_a_release_is_one_click_and_can_be_undone(window, bob, vm):
    done(bob.book(vm, 2, note="back soon"))
    here = window(bob)
    here.own_booking(vm).get_by_role("button", name=f"Release {vm}").click()
    expect(here.own_booking(vm)).to_have_count(0)
    expect(here.card(vm)).to_contain_text("Free")
    here.toast(f"{vm} is free again").get_by_role("button", name="Undo").click()
    expect(here.own_booking(vm)).to_contain_text("back soon")
    expect(here.own_booking(vm)).to_contain_text(re.compile("2 h|1 h 59 min"))


def test_an_error_is_shown_in_the_dialog_and_the_input_stays(window, bob, vm):
    here = window(bob)
    here.press("book", vm)
    here.field("hours.other").fill("99")
    here.field("book.what_for").fill("a long one")
    expect(here.dialog).to_contain_text(here.text("hours.too_many", n=24))
    here.button("book.submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("24")
    expect(here.field("hours.other")).to_have_value("99")
    expect(here.field("book.what_for")).to_have_value("a long one")

    here.field("hours.other").fill("3")
    here.send()
    expect(here.own_booking(vm)).to_contain_text("a long one")


def test_a_form_is_not_submitted_again_while_its_request_runs(window, bob, vm):
    here = window(bob)
    sent = []
    here.page.route("**/book", lambda request: sent.append(request))
    here.press("book", vm)
    here.button("book.submit").dblclick()
    here.dialog.locator("form").evaluate("(form) => form.requestSubmit()")
    expect(here.dialog.locator(".send")).to_be_disabled()
    here.page.keyboard.press("Enter")
    here.page.evaluate("new Promise((done) => setTimeout(done))")
    assert len(sent) == 1
    sent[0].continue_()
    expect(here.own_booking(vm)).to_be_visible()
    expect(here.dialogs).to_have_count(0)


def test_two_quick_clicks_renew_once(window, bob, vm):
    done(bob.book(vm, 1))
    before = end_of(bob, vm)
    here = window(bob)
    here.own_booking(vm).locator("[data-action=renew-by]").dblclick()
    expect(here.own_booking(vm)).to_contain_text(re.compile("2 h|1 h 59 min"))
    expect(here.toast("is yours until")).to_have_count(1)
    assert (end_of(bob, vm) - before).total_seconds() == 3600


def test_the_dialog_says_that_the_machine_was_just_taken_and_that_it_is_free_again(window, bob, carol, vm):
    here = window(bob)
    here.press("book", vm)
    here.field("book.what_for").fill("mine, I hope")
    done(carol.book(vm, 2))
    expect(here.dialog.get_by_role("status")).to_contain_text(f"{carol.email} has just booked it")
    expect(here.button("book.submit")).to_be_disabled()
    done(carol.cancel(vm))
    expect(here.button("book.submit")).to_be_enabled()
    expect(here.field("book.what_for")).to_have_value("mine, I hope")
    here.send()
    expect(here.own_booking(vm)).to_contain_text("mine, I hope")


def test_the_renewal_dialog_says_that_the_booking_was_renewed_in_another_window(window, bob, vm):
    done(bob.book(vm, 1))
    here = window(bob)
    here.own_booking(vm).get_by_role("button", name=f"Renew {vm}", exact=True).click()
    expect(here.dialog).to_be_visible()
    done(bob.renew(vm, 1))
    expect(here.dialog.get_by_role("status")).to_contain_text("renewed in the meantime")
    expect(here.button("renew.submit")).to_be_disabled()


def test_an_address_is_copied_with_a_click(window, bob, make_vm):
    vm_id = make_vm(external_ip="10.1.2.3")
    here = window(bob, permissions=["clipboard-read", "clipboard-write"])
    here.card(vm_id).get_by_text("10.1.2.3").click()
    expect(here.toast("Copied: 10.1.2.3")).to_be_visible()
    assert here.page.evaluate("navigator.clipboard.readText()") == "10.1.2.3"


def test_undo_works_while_a_dialog_is_open_and_the_input_stays(window, bob, make_vm):
    mine, other = make_vm(), make_vm()
    done(bob.book(mine, 2))
    here = window(bob)
    here.own_booking(mine).get_by_role("button", name=f"Release {mine}").click()
    expect(here.toast(f"{mine} is free again")).to_be_visible()
    here.press("book", other)
    here.dialog.get_by_label("What for").fill("half a sentence")
    here.page.get_by_role("button", name="Undo").click()
    expect(here.own_booking(mine)).to_be_visible()
    expect(here.dialog.get_by_label("What for")).to_have_value("half a sentence")
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect(here.toast(f"{mine} is yours until")).to_be_visible()
    assert bob.vm(mine)["booked_by"] == bob.email
    done(bob.cancel(mine))


def test_a_key_undoes_and_each_machine_has_one_toast(window, bob, vm):
    done(bob.book(vm, 2))
    here = window(bob)
    here.own_booking(vm).get_by_role("button", name=f"Release {vm}").click()
    expect(here.toast(f"{vm} is free again")).to_be_visible()
    here.page.keyboard.press("u")
    expect(here.own_booking(vm)).to_be_visible()
    expect(here.toast(f"{vm} is yours until")).to_be_visible()
    expect(here.toast(f"{vm} is free again")).to_have_count(0)
    assert bob.vm(vm)["booked_by"] == bob.email
    done(bob.cancel(vm))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_note_of_a_booking_is_changed(window, bob, vm, language):
    done(bob.book(vm, 2, note="release 4.2"))
    here = window(bob, language=language)
    here.choose(vm, "act.note")
    expect(here.field("fact.note")).to_have_value("release 4.2")
    here.field("fact.note").fill("release 4.3")
    here.send()
    expect(here.toast(here.text("note.done", vm=vm))).to_be_visible()
    expect(here.own_booking(vm)).to_contain_text("release 4.3")
    assert bob.vm(vm)["note"] == "release 4.3"
