"""An address such as /?vm=server-01 opens that machine's dialog over the board."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from browser.machines import inventory, machine, starter
from support.answers import done
from support.server import running

ODD_NAMES = ["a&b=c+d%20", "стенд 1", "<b>1</b>", "y" * 32 + "x" * 32]
SHIFTS = """() => new Promise((resolve) => new PerformanceObserver((list) =>
    resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0)))
    .observe({ type: "layout-shift", buffered: true }) ?? setTimeout(() => resolve(0), 300))"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    data = starter()
    data["vms"] += [machine(name) for name in [*ODD_NAMES, "twin", "TWIN"]]
    with running(tmp_path_factory.mktemp("links"), data) as server:
        yield server


def dialog_of(here, name: str):
    return here.dialog.get_by_role("heading", name=name, exact=True)


def expect_address(here, path: str) -> None:
    """Wait for it: a dialog is gone from the page before the event that it closed."""
    expect(here.page).to_have_url(f"{here.server.url}{path}")


def test_the_machine_is_shown_over_the_board_and_goes_from_the_address_with_its_dialog(window, bob):
    here = window(bob, path="/?vm=stage-02")
    expect(dialog_of(here, "stage-02")).to_be_visible()
    expect(here.cards.first).to_be_visible()
    expect_address(here, "/?vm=stage-02")
    assert here.page.evaluate(SHIFTS) == 0
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect_address(here, "/")
    expect(here.card("stage-02").locator(".name")).to_be_focused()


def test_a_filter_that_hides_the_machine_stays(window, bob):
    here = window(bob, path="/?q=gpu&group=2&show=taken&vm=server-01")
    expect(dialog_of(here, "server-01")).to_be_visible()
    expect(here.cards).to_have_count(0)
    here.page.keyboard.press("Escape")
    expect(here.page).to_have_url(re.compile(r"/\?q=gpu&group=2&show=taken$"))
    expect(here.page.locator("#board")).to_be_focused()


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_can_be_linked_to(window, bob, name):
    here = window(bob, path=f"/?vm={quote(name, safe='')}")
    expect(dialog_of(here, name)).to_be_visible()
    copied = here.button("linked.copy").get_attribute("data-text")
    friend = window(path=copied.removeprefix(here.server.url))
    expect(dialog_of(friend, name)).to_be_visible()


@pytest.mark.parametrize(
    ("written", "name"), [("STAGE-02", "stage-02"), ("ｓｔａｇｅ－０２", "stage-02"), ("TWIN", "TWIN")]
)
def test_the_name_may_be_spelled_in_another_way(window, bob, written, name):
    here = window(bob, path=f"/?vm={quote(written)}")
    expect(dialog_of(here, name)).to_be_visible()


def test_a_name_that_may_mean_several_machines_offers_them(window, bob):
    here = window(bob, path="/?vm=Twin")
    expect(here.dialog).to_contain_text(here.text("linked.several", name="Twin"))
    here.dialog.get_by_role("button", name="TWIN", exact=True).click()
    expect(dialog_of(here, "TWIN")).to_be_visible()
    expect(here.dialogs).to_have_count(1)


def test_a_former_name_leads_to_the_machine_until_another_one_takes_it(window, alice, bob, make_vm):
    was = make_vm()
    done(alice.edit_vm(was, id=f"{was}-titan"))
    here = window(bob, path=f"/?vm={was.upper()}")
    expect(dialog_of(here, f"{was}-titan")).to_be_visible()
    done(alice.add_vm(was), 201)
    here.go(f"/?vm={was}")
    expect(dialog_of(here, was)).to_be_visible()


def test_a_machine_that_is_renamed_keeps_its_dialog(window, alice, bob, make_vm):
    vm = make_vm()
    here = window(bob, path=f"/?vm={vm}")
    expect(dialog_of(here, vm)).to_be_visible()
    done(alice.edit_vm(vm, id=f"{vm}-new"))
    expect(dialog_of(here, f"{vm}-new")).to_be_visible()
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect_address(here, "/")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_name_that_is_not_there_is_said_and_everything_is_shown(window, language):
    here = window(path="/?vm=server-99", language=language)
    expect(here.dialog).to_contain_text(here.text("linked.missing", name="server-99"))
    assert here.cards.count() >= 18
    here.button("nav.to_board").click()
    expect(here.dialogs).to_have_count(0)
    expect_address(here, "/")


def test_back_and_forward_close_and_open_the_dialog(window, bob):
    here = window(bob)
    here.page.evaluate("history.pushState(null, '', '/?vm=gpu-01')")
    here.page.go_back()
    here.page.go_forward()
    expect(dialog_of(here, "gpu-01")).to_be_visible()
    here.page.go_back()
    expect(here.dialogs).to_have_count(0)
    here.page.go_forward()
    expect(dialog_of(here, "gpu-01")).to_be_visible()
    expect(here.dialogs).to_have_count(1)


def test_its_buttons_act_on_the_machine(window, bob, make_vm):
    vm = make_vm()
    here = window(bob, path=f"/?vm={vm}")
    here.button("act.book").click()
    expect(here.dialog.get_by_role("heading", name=here.text("book.title", vm=vm))).to_be_visible()
    here.send()
    expect(here.card(vm).locator(".name")).to_be_focused()
    expect_address(here, "/")


def test_a_link_that_is_copied_names_the_machine(window, bob):
    here = window(bob)
    here.open_machine("build-01")
    here.button("linked.copy").click()
    expect(here.toast(f"{here.server.url}/?vm=build-01")).to_be_visible()
    expect(dialog_of(here, "build-01")).to_be_visible()
    expect_address(here, "/")


def test_a_stranger_who_waits_for_a_code_gets_to_the_machine_after_signing_in(window, start):
    by_code = start(inventory(3), LOADZONE_AUTH="code")
    here = window(at=by_code, fresh=True)
    here.sign_in_button.click()
    here.field("sign_in.email").fill("linked@example.com")
    here.page.keyboard.press("Enter")
    expect(here.field("sign_in.code")).to_be_visible()
    here.go("/?vm=server-1")
    here.field("sign_in.code").fill(by_code.newest_code("linked@example.com"))
    expect(dialog_of(here, "server-1")).to_be_visible()
    expect(here.button("act.book")).to_be_visible()


def test_where_strangers_see_no_board_the_machine_is_shown_after_signing_in(window, start):
    closed = start(inventory(3), LOADZONE_STRANGERS="none")
    here = window(at=closed, fresh=True, path=None)
    here.page.goto(f"{closed.url}/?vm=server-1")
    here.field("sign_in.email").fill("linked@example.com")
    here.page.keyboard.press("Enter")
    expect(dialog_of(here, "server-1")).to_be_visible()
    expect(here.dialogs).to_have_count(1)


def test_who_signs_in_while_the_page_fetches_the_board_gets_to_the_machine_too(window, start):
    closed, held = start(inventory(3), LOADZONE_STRANGERS="none"), []
    here = window(at=closed, fresh=True, path=None)
    here.page.route("**/me", lambda route: route.continue_() if held else held.append(route))
    with here.page.expect_request("**/me"):
        here.page.goto(f"{closed.url}/?vm=server-1")
    here.field("sign_in.email").fill("linked@example.com")
    with here.page.expect_response("**/auth"):
        here.page.keyboard.press("Enter")
    here.page.evaluate("new Promise(setTimeout)")  # the page has the answer
    held[0].continue_()
    expect(dialog_of(here, "server-1")).to_be_visible()


def test_a_machine_that_is_deleted_closes_its_dialog_and_leaves_the_address(window, alice, bob, make_vm):
    vm = make_vm()
    here = window(bob, path=f"/?vm={vm}")
    expect(dialog_of(here, vm)).to_be_visible()
    done(alice.delete_vm(vm))
    expect(here.dialogs).to_have_count(0)
    expect_address(here, "/")
