"""The page on a phone, 390 px wide and used by touch."""

import pytest
from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
MINIMUM_HEIGHT = 24  # px; WCAG 2.2, 2.5.8: the minimum height of a control


def test_booking_and_releasing_by_touch(window, newcomer, make_vm):
    vm_id = make_vm(external_ip="10.0.0.7", description="a machine")
    here = window(newcomer, **PHONE)
    here.search.tap()
    here.search.fill(vm_id)
    here.card(vm_id).get_by_role("button", name=f"Book {vm_id}").tap()
    here.choice(2).locator("xpath=..").tap()
    expect(here.choice(2)).to_be_checked()
    here.button("book.submit").tap()
    expect(here.own_booking(vm_id)).to_be_visible()
    assert not here.scrolls_sideways()

    here.card(vm_id).get_by_role("button", name=f"Release {vm_id}").tap()
    expect(here.own_booking(vm_id)).to_have_count(0)
    expect(here.card(vm_id)).to_contain_text("Free")


def test_every_control_is_high_enough(window, newcomer, vm):
    newcomer.book(vm)
    here = window(newcomer, **PHONE)
    too_low = """(least) => [...document.querySelectorAll("button, a, input")]
      .filter((node) => node.checkVisibility({contentVisibilityAuto: true}) && !node.closest(".sr-only, .skip-link"))
      .map((node) => `${node.getBoundingClientRect().height} ${node.outerHTML.slice(0, 80)}`)
      .filter((text) => parseFloat(text) < least)"""
    assert here.page.evaluate(too_low, MINIMUM_HEIGHT) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_admin_on_a_narrow_phone_sees_how_to_add_groups_and_machines(window, alice, make_group, language):
    for _ in range(5):
        make_group()
    here = window(alice, language=language, viewport={"width": 320, "height": 640})
    tools = here.page.locator("#groups .sidebar-action")
    expect(tools).to_have_text([here.text("group.create"), here.text("vm.add")])
    boxes = [tool.bounding_box() for tool in tools.all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 320 and box["y"] < 640 for box in boxes), boxes
    assert boxes[0]["y"] == boxes[1]["y"], "in one line: the machines below need the room"


def test_a_stranger_on_a_phone_can_choose_the_language(window):
    here = window(language="ru", **PHONE)
    here.page.get_by_role("button", name=here.text("language.switch")).tap()
    expect(here.page.locator("html")).to_have_attribute("lang", "en")
