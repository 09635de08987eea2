"""Toasts stay within the window, appear once for each action, and stay while they have the focus."""

import itertools

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.waiting import eventually

NUMBERS = itertools.count(1)
# In one look, because toasts do not stay
TOASTS_OVER_THE_DIALOG = """() => {
  const dialog = document.querySelector("dialog[open]");
  const toasts = [...dialog.querySelectorAll(".toast")];
  const isCovered = (button) => {
    const { left, top, width, height } = button.getBoundingClientRect();
    return !button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  };
  return toasts.length >= 2 && {
    heights: toasts.map((toast) => toast.getBoundingClientRect().height),
    covered: [...dialog.querySelectorAll("header .close, .send")].filter(isCovered).map((button) => button.className),
  };
}"""


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


@pytest.mark.parametrize(("width", "height"), [(375, 480), (600, 480), (1280, 720)])
def test_toasts_over_a_dialog_are_low_and_leave_its_buttons_free(window, alice, newcomer, make_vm, width, height):
    lost = [make_vm(), make_vm()]
    for vm_id in lost:
        done(newcomer.book(vm_id, 2))
    here = window(newcomer, viewport={"width": width, "height": height})
    here.card(free := make_vm()).get_by_role("checkbox").check()
    here.press("book", free)
    expect(here.dialogs).to_have_count(1)
    for vm_id in lost:
        done(alice.post("/cancel", {"vm_id": vm_id, "reason": "a restart"}))
    seen = here.page.wait_for_function(TOASTS_OVER_THE_DIALOG).json_value()
    assert max(seen["heights"]) < 120, seen
    assert seen["covered"] == []


@pytest.mark.parametrize(("language", "width"), [("en", 375), ("ru", 320), ("ru", 900)])
def test_toasts_are_above_the_bar_of_a_selection_and_the_banner(window, alice, vm, language, width):
    here = window(alice, language=language, viewport={"width": width, "height": 667})
    here.may_lose_connection = True
    here.card(vm).get_by_role("checkbox").check()
    here.context.set_offline(True)
    expect(here.offline_banner).to_be_visible()
    here.card(vm).locator(".action").press("Enter")
    toast, banner, bar = (
        one.bounding_box()
        for one in (here.toast(here.text("offline.wait")), here.offline_banner, here.page.locator(".bulk-bar"))
    )
    assert toast["y"] + toast["height"] <= banner["y"]
    assert banner["y"] + banner["height"] <= bar["y"]


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


def test_a_toast_stays_under_a_mouse_that_moves_and_goes_under_one_that_rests(window, bob, vm):
    def at_its_release():
        done(bob.book(vm, 2))
        here = window(bob, path=None, fresh=True)
        here.page.clock.install()
        here.go()
        return here, here.own_booking(vm).get_by_role("button", name=f"Release {vm}"), here.toast(f"{vm} is free again")

    here, release, toast = at_its_release()
    release.click()
    toast.hover()
    box = toast.bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    here.page.clock.fast_forward(20_000)
    expect(toast).to_be_visible()

    here, release, toast = at_its_release()
    here.page.mouse.move(*place)
    release.focus()
    here.page.keyboard.press("Enter")
    expect(toast).to_be_visible()
    eventually(lambda: toast.evaluate("toast => toast.matches(':hover')"))
    here.page.clock.fast_forward(20_000)
    expect(toast).to_have_count(0)


def test_messages_about_others_do_not_push_an_undo_away(window, alice, vm):
    done(alice.book(vm, 2))
    here = window(alice)
    here.own_booking(vm).get_by_role("button", name=f"Release {vm}").click()
    here.toast(here.text("release.done", vm=vm)).get_by_role("button").focus()  # it stays as long as it has the focus
    for number in range(4):
        name = f"pushes-{next(NUMBERS)}-{number}"
        done(alice.add_vm(name), 201)
        expect(here.toast(name)).to_be_visible()
    here.toast(here.text("release.done", vm=vm)).get_by_role("button").click()
    expect(here.toast(f"{vm} is yours until")).to_be_visible()
