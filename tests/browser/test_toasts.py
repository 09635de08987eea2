"""Toasts stay within the window, appear once for each action, and stay while they have the focus."""

import itertools

import pytest
from playwright.sync_api import expect

from support.answers import done

NUMBERS = itertools.count(1)


@pytest.mark.parametrize("width", [1440, 320])
def test_a_toast_with_a_long_name_stays_within_the_window(window, alice, width):
    name = f"{'x' * 60}-{next(NUMBERS)}"
    here = window(alice, viewport={"width": width, "height": 800})
    here.page.locator("#groups").get_by_role("button", name=here.text("vm.add")).click()
    here.field("vm.id").fill(name)
    here.send()
    box = here.toast(name).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_an_action_on_a_group_has_one_toast_and_the_focus_comes_back(window, alice):
    name = f"A group with one toast {next(NUMBERS)}"
    here = window(alice)
    create = here.page.locator("#groups").get_by_role("button", name=here.text("group.create"))
    create.click()
    here.field("group.name").fill(name)
    here.send()
    expect(create).to_be_focused()
    here.section(name).get_by_role("button", name=here.text("group.delete")).click()
    here.send()
    expect(here.toast(here.text("group.deleted", group=name))).to_be_visible()
    here.page.wait_for_timeout(500)  # longer than the page collects the server's notifications before it shows them
    assert here.page.locator("#toasts .toast", has_text=name).count() == 2  # one for each action


def test_undo_stays_while_it_has_the_focus(window, bob, vm):
    done(bob.book(vm, 2))
    here = window(bob, path=None, fresh=True)
    here.page.clock.install()
    here.go()
    here.own_booking(vm).get_by_role("button", name=f"Release {vm}").click()
    undo = here.toast(f"{vm} is free again").get_by_role("button", name="Undo")
    undo.focus()
    here.page.clock.fast_forward(20_000)
    expect(undo).to_be_visible()
    here.page.keyboard.press("Enter")
    expect(here.own_booking(vm)).to_be_visible()
    expect(here.page.locator("#board")).to_be_focused()
