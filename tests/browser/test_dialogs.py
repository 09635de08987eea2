"""Dialogs keep what was typed in them."""

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.waiting import eventually

BESIDE = (20, 400)


@pytest.fixture
def here(window, bob, vm):
    here = window(bob)
    here.press("book", vm)
    expect(here.dialogs).to_have_count(1)
    return here


def drag(here, start: tuple[float, float], end: tuple[float, float]) -> None:
    here.page.mouse.move(*start)
    here.page.mouse.down()
    here.page.mouse.move(*end)
    here.page.mouse.up()


def middle(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_click_beside_closes_a_dialog_in_which_nothing_was_changed(here):
    here.page.mouse.click(*BESIDE)
    expect(here.dialogs).to_have_count(0)


def test_a_click_beside_keeps_what_was_typed(here):
    here.field("book.what_for").fill("nightly run")
    here.page.mouse.click(*BESIDE)
    expect(here.field("book.what_for")).to_have_value("nightly run")
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)


def test_a_click_beside_keeps_what_was_chosen(here):
    here.choice(8).check()
    here.page.mouse.click(*BESIDE)
    expect(here.choice(8)).to_be_checked()


def test_a_drag_over_the_edge_of_a_dialog_is_no_click_beside_it(here):
    field = here.field("book.what_for")
    drag(here, middle(field), BESIDE)
    drag(here, BESIDE, middle(field))
    expect(here.dialogs).to_have_count(1)
    here.page.mouse.click(*BESIDE)
    expect(here.dialogs).to_have_count(0)


def test_escape_does_not_close_a_dialog_while_it_sends(here, carol, vm):
    held = []
    here.page.route("**/book", lambda route: held.append(route))
    here.field("book.what_for").fill("nightly run")
    here.button("book.submit").click()
    expect(here.dialog.locator("form")).to_have_attribute("aria-busy", "true")
    eventually(lambda: here.page.evaluate("1") and held)  # the browser is heard during a call
    for _ in range(2):  # Chromium lets a page keep a dialog open once
        here.page.keyboard.press("Escape")
    done(carol.book(vm, 1))
    held[0].continue_()
    expect(here.dialog.locator("form")).to_have_attribute("aria-busy", "false")
    expect(here.field("book.what_for")).to_have_value("nightly run")
    expect(here.dialog).to_contain_text(carol.email)
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)


def test_all_mistakes_are_shown_at_once_by_the_labels_of_their_fields(window, alice):
    here = window(alice)
    here.page.locator("#groups [data-action=add-vm]").click()
    here.field("vm.id").fill("two words")
    here.field("fact.external_ip").fill("not an address")
    here.field("fact.tags").fill("t" * 33)
    here.button("vm.add_submit").click()
    shown = here.dialog.get_by_role("alert").locator("span > span")
    long_tag = "A tag is too long: at most 32 characters each."
    expect(shown).to_contain_text(["name", here.text("fact.external_ip"), long_tag])
    expect(here.field("vm.id")).to_be_focused()
    for key in "vm.id", "fact.external_ip", "fact.tags":
        expect(here.field(key)).to_have_attribute("aria-invalid", "true")
    here.field("vm.id").fill("one-word")
    expect(shown).to_contain_text([here.text("fact.external_ip"), long_tag])
    expect(here.field("vm.id")).not_to_have_attribute("aria-invalid", "true")
    here.button("vm.add_submit").click()
    expect(shown).to_contain_text([here.text("fact.external_ip"), long_tag])
    expect(here.field("fact.external_ip")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_many_mistakes_leave_room_for_the_form_on_a_phone_with_its_keyboard_open(window, alice, language):
    here = window(alice, language=language, viewport={"width": 320, "height": 420})
    here.page.locator("#groups [data-action=add-vm]").click()
    wrong = {
        "vm.id": "two words",
        "fact.external_ip": "not one",
        "fact.internal_ip": "nor this",
        "fact.ssh_user": "a b",
    }
    for key, text in wrong.items():
        here.field(key).fill(text)
    here.field("fact.tags").fill("t" * 33)
    here.button("vm.add_submit").click()
    expect(here.dialog.get_by_role("alert")).to_be_visible()
    assert here.dialog.locator(".body").bounding_box()["height"] >= 100
    expect(here.field("vm.id")).to_be_in_viewport(ratio=1)
    for key in wrong:
        here.field(key).fill("corrected")
    here.field("fact.tags").fill("")
    expect(here.dialog.get_by_role("alert")).to_have_count(0)
