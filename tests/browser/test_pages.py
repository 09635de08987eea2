"""The board and the views beside it: links, addresses, Back, what is loaded, and who sees which."""

import re

import pytest
from playwright.sync_api import expect

from browser.window import accessibility_violations

VIEWS = ("usage", "history")
EXPECTED_URL = {view: re.compile(rf"/\?view={view}$") for view in VIEWS}


def link(here, view):
    return here.page.get_by_role("navigation", name=here.text("nav.pages")).get_by_role(
        "link", name=here.text(f"nav.{view}"), exact=True
    )


def heading(here, view):
    return here.page.get_by_role("heading", name=here.text(f"nav.{view}"), exact=True, level=1)


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_shows_the_view_in_the_place_of_the_board(window, alice, make_vm, view):
    vm = make_vm()
    here = window(alice)
    expect(link(here, "board")).to_have_attribute("aria-current", "page")
    here.mark()
    link(here, view).click()
    expect(here.page).to_have_url(EXPECTED_URL[view])
    expect(heading(here, view)).to_be_focused()
    expect(link(here, view)).to_have_attribute("aria-current", "page")
    expect(link(here, "board")).not_to_have_attribute("aria-current", "page")
    expect(here.card(vm)).to_be_hidden()
    expect(here.page.locator("#chips")).to_be_hidden()
    assert here.page.title().endswith(f"{here.text(f'nav.{view}')} · LoadZone")
    link(here, "board").click()
    expect(here.card(vm)).to_be_visible()
    expect(heading(here, view)).to_have_count(0)
    expect(here.page.locator("#board")).to_be_focused()
    assert not here.was_reloaded()


def test_back_and_reload_show_what_the_address_names(window, alice, make_vm):
    vm = make_vm()
    here = window(alice)
    link(here, "usage").click()
    link(here, "history").click()
    expect(heading(here, "history")).to_be_visible()
    here.page.go_back()
    expect(heading(here, "usage")).to_be_visible()
    here.page.reload()
    expect(heading(here, "usage")).to_be_visible()
    here.page.go_back()
    expect(here.card(vm)).to_be_visible()
    here.page.go_forward()
    expect(heading(here, "usage")).to_be_visible()


def test_an_unknown_view_is_the_board(window, alice, make_vm):
    vm = make_vm()
    expect(window(alice, path="/?view=nothing").card(vm)).to_be_visible()


def test_a_view_is_loaded_when_it_is_first_shown(window, alice):
    here = window(alice, fresh=True)
    loaded = "performance.getEntriesByType('resource').map((one) => one.name).join()"
    assert "history" not in here.page.evaluate(loaded)
    link(here, "history").click()
    expect(heading(here, "history")).to_be_visible()
    here.page.wait_for_function(f"{loaded}.includes('history.css') && {loaded}.includes('page.history_view.js')")
    assert "usage" not in here.page.evaluate(loaded)


def test_the_group_stays_chosen_from_one_view_to_the_other(window, alice, make_vm, make_group):
    group = make_group(vm := make_vm())
    here = window(alice)
    groups = here.page.get_by_role("navigation", name=here.text("groups.label"))
    groups.locator(f"[data-group-filter='{group}']").click()
    link(here, "usage").click()
    expect(here.page).to_have_url(re.compile(rf"\?view=usage&group={group}$"))
    groups.locator("[data-group-filter='']").click()
    expect(here.page).to_have_url(EXPECTED_URL["usage"])
    here.page.go_back()
    link(here, "board").click()
    expect(here.page).to_have_url(re.compile(rf"/\?group={group}$"))
    expect(here.card(vm)).to_be_visible()


def test_what_the_address_says_of_a_view_stays_when_the_group_changes(window, alice, make_vm, make_group):
    group = make_group(make_vm())
    here = window(alice, path="/?view=usage&days=90")
    here.page.locator(f"[data-group-filter='{group}']").click()
    expect(here.page).to_have_url(re.compile(rf"\?view=usage&days=90&group={group}$"))


def test_a_search_while_usage_is_shown_leads_to_the_board(window, alice, make_vm):
    vm, other = make_vm(), make_vm()
    here = window(alice, path="/?view=usage")
    here.search.press_sequentially(vm)
    expect(here.search).to_be_focused()
    expect(here.search).to_have_value(vm)
    expect(here.card(vm)).to_be_visible()
    expect(here.card(other)).to_be_hidden()
    expect(here.page).to_have_url(re.compile(rf"/\?q={vm}$"))


def test_what_was_typed_just_before_does_not_come_along(window, alice, make_vm):
    here = window(alice)
    here.search.fill("some")
    link(here, "usage").click()
    here.page.wait_for_timeout(400)  # the address follows what is typed after a pause
    expect(here.page).to_have_url(EXPECTED_URL["usage"])
    expect(here.search).to_have_value("")


@pytest.mark.parametrize("modifier", ["Control", "Shift"])
def test_a_link_can_be_opened_elsewhere(window, alice, modifier):
    here = window(alice)
    with here.context.expect_page() as opened:
        link(here, "usage").click(modifiers=[modifier])
    expect(opened.value).to_have_url(EXPECTED_URL["usage"])
    opened.value.close()
    expect(here.page).to_have_url(re.compile("/$"))


def test_strangers_see_the_board_alone(window):
    here = window()
    expect(here.page.get_by_role("navigation", name=here.text("nav.pages"))).to_be_hidden()


@pytest.mark.parametrize("view", VIEWS)
def test_a_stranger_is_asked_to_sign_in_and_then_sees_the_view(window, make_vm, view):
    make_vm()
    here = window(path=f"/?view={view}")
    expect(here.page.get_by_text(here.text("page.members"))).to_be_visible()
    expect(here.cards).to_have_count(0)
    here.page.locator("#view").get_by_role("button", name=here.text("sign_in")).click()
    here.dialog.get_by_role("textbox").first.fill("dora@example.com")
    here.dialog.locator(".send").click()
    expect(link(here, view)).to_have_attribute("aria-current", "page")
    expect(here.page.get_by_text(here.text("page.members"))).to_be_hidden()
    expect(heading(here, view)).to_be_visible()


def test_after_signing_out_nothing_of_a_view_stays(window, alice):
    here = window(alice, path="/?view=usage")
    here.open_account()
    here.button("sign_out").click()
    expect(here.page.get_by_text(here.text("page.members"))).to_be_visible()
    expect(link(here, "usage")).to_be_hidden()


def test_a_view_that_cannot_be_loaded_says_so(window, alice):
    here = window(alice, path=None, fresh=True)
    here.page.route("**/usage.css", lambda route: route.abort())
    here.go("/?view=usage")
    expect(here.page.get_by_text(here.text("page.failed"))).to_be_visible()
    here.page.unroute_all()
    here.page.get_by_role("button", name=here.text("page.again")).click()
    expect(here.page.get_by_text(here.text("page.failed"))).to_be_hidden()
    expect(heading(here, "usage")).to_be_visible()
    here.errors.clear()


def test_the_shortcuts_of_the_board_do_nothing_in_a_view(window, alice, make_vm):
    make_vm()
    here = window(alice)
    here.page.keyboard.press("a")
    expect(here.page.locator(".bulk-bar")).to_be_visible()
    link(here, "usage").click()
    expect(here.page.locator(".bulk-bar")).to_be_hidden()
    here.page.keyboard.press("Escape")
    link(here, "board").click()
    expect(here.page.locator(".bulk-bar")).to_be_visible()  # the machines are still selected


@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_links_fit_at_every_width(window, alice, language, width):
    here = window(alice, path="/?view=usage", language=language)
    here.page.set_viewport_size({"width": width, "height": 640})
    box = link(here, "history").bounding_box()
    assert (box["y"] > 560) is (width == 320)  # at the foot on a phone
    assert not here.scrolls_sideways()
    for view in ("board", *VIEWS):
        name = link(here, view).locator("span")
        assert name.evaluate("(node) => node.scrollWidth <= node.clientWidth"), view
    assert accessibility_violations(here) == []


def test_on_a_phone_messages_lie_above_the_foot(window, alice, make_vm):
    vm = make_vm()
    here = window(alice)
    here.page.set_viewport_size({"width": 375, "height": 700})
    here.press("book", vm)
    here.send()
    toast = here.toast(vm)
    expect(toast).to_be_visible()
    toast_box, foot = toast.bounding_box(), here.page.locator("#pages").bounding_box()
    assert toast_box["y"] + toast_box["height"] <= foot["y"]
    expect(here.page.locator("#pages")).to_be_in_viewport(ratio=1)
