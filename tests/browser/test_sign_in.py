"""The page for visitors who are not signed in, and signing in."""

import re

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from browser.window import BEYOND_THE_EDGE, accessibility_violations
from support.server import running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run a server as after a fresh clone: the starter inventory, codes in the log, no admins in the settings."""
    with running(tmp_path_factory.mktemp("fresh"), starter(), LOADZONE_AUTH="code", LOADZONE_ADMINS="") as server:
        yield server


def test_a_stranger_sees_the_inventory_without_addresses_and_can_sign_in(window):
    here = window()
    expect(here.cards).to_have_count(12)
    for name, count in ("Production", 4), ("Staging", 3), ("Build farm", 3), ("No group", 2):
        expect(here.section(name)).to_contain_text(here.text("count.free_of", free=count, n=count))
        expect(here.section(name).locator(".card")).to_have_count(count)
    expect(here.sign_in_button).to_be_visible()
    expect(here.page.get_by_role("button", name=here.text("group.create"))).to_have_count(0)
    assert "192.168." not in here.page.content()


def test_the_first_person_to_sign_in_with_a_code_from_the_log_becomes_admin(window, server):
    here = window()
    here.sign_in_button.click()
    expect(here.dialog).to_contain_text(here.text("sign_in.first_admin"))
    here.field("sign_in.email").fill("First@Example.com")
    here.page.keyboard.press("Enter")
    code = server.newest_code("first@example.com")
    expect(here.dialog).to_contain_text(here.text("sign_in.code_in_log", email="first@example.com"))

    here.field("sign_in.code").fill("".join(str(9 - int(digit)) for digit in code))
    expect(here.dialog.get_by_role("alert")).to_contain_text("This code is wrong")

    here.field("sign_in.code").fill(code)
    expect(here.dialog.get_by_role("heading", name=here.text("first_admin.title"))).to_be_visible()
    assert accessibility_violations(here) == []
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect(here.toast("first@example.com")).to_be_visible()
    expect(here.page.get_by_role("button", name=here.text("group.create"))).to_be_visible()
    expect(here.card("server-01")).to_contain_text("192.168.10.11")
    server.wait_for_log(r"first@example\.com.*admin")

    here.page.reload()
    here.open_account()
    expect(here.dialog).to_contain_text(here.text("role.admin"))
    expect(here.dialogs).to_have_count(1)

    second = window()
    second.sign_in_button.click()
    expect(second.field("sign_in.email")).to_be_focused()
    expect(second.dialog).not_to_contain_text(here.text("sign_in.first_admin"))


def test_a_code_with_too_few_digits_is_refused_in_the_dialog(window):
    here = window()
    here.sign_in_button.click()
    here.field("sign_in.email").fill("second@example.com")
    here.button("sign_in.next").click()
    here.field("sign_in.code").fill("12 34")
    here.button("sign_in.submit").click()
    expect(here.dialog.get_by_role("alert")).to_have_text(here.text("sign_in.six_digits"))
    expect(here.field("sign_in.code")).to_have_value("12 34")


def test_an_invalid_address_is_refused_in_the_dialog(window):
    here = window()
    here.sign_in_button.click()
    here.field("sign_in.email").fill("not an address")
    here.button("sign_in.next").click()
    expect(here.dialog.get_by_role("alert")).not_to_be_empty()
    expect(here.field("sign_in.email")).to_have_value("not an address")


def test_on_a_trusting_server_the_address_is_enough(window, shared_server):
    here = window(at=shared_server)
    here.sign_in_button.click()
    expect(here.dialog).to_contain_text(here.text("sign_in.trusted"))
    here.field("sign_in.email").fill("dora@example.com")
    here.page.keyboard.press("Enter")
    expect(here.toast(here.text("sign_in.done", email="dora@example.com"))).to_be_visible()
    expect(here.sign_in_button).to_have_count(0)


def test_a_stranger_who_books_signs_in_first_and_goes_on(window, start):
    trusting = start(starter())
    here = window(at=trusting)
    here.press("book", "server-03")
    here.field("sign_in.email").fill("emil@example.com")
    here.page.keyboard.press("Enter")
    expect(here.dialog.get_by_role("heading", name=here.text("book.title", vm="server-03"))).to_be_visible()
    here.page.keyboard.press("Enter")
    expect(here.own_booking("server-03")).to_be_visible()

    stranger = window(at=trusting)
    expect(stranger.card("server-03")).to_contain_text("e…@example.com")
    expect(stranger.card("server-03")).not_to_contain_text(re.compile("emil|192"))


def ask_for_code(here, email: str) -> str:
    """Ask for a code in the dialog that is open. Return the code."""
    here.field("sign_in.email").fill(email)
    here.page.keyboard.press("Enter")
    expect(here.field("sign_in.code")).to_be_visible()
    return here.server.newest_code(email)


def test_a_wrong_code_is_typed_over_on_the_smallest_phone(window):
    here = window(language="ru", viewport={"width": 320, "height": 568})
    here.sign_in_button.click()
    code = ask_for_code(here, "sixth@example.com")
    assert here.dialog.evaluate(BEYOND_THE_EDGE) == []
    here.field("sign_in.code").fill("".join(str(9 - int(digit)) for digit in code))
    expect(here.dialog.get_by_role("alert")).to_be_visible()
    here.page.keyboard.type(code)
    expect(here.toast("sixth@example.com")).to_be_visible()


def test_a_reload_keeps_the_place_to_type_the_code(window):
    here = window(fresh=True)
    here.sign_in_button.click()
    code = ask_for_code(here, "third@example.com")
    here.page.reload()
    expect(here.dialog).to_contain_text(here.text("sign_in.code_in_log", email="third@example.com"))
    here.field("sign_in.code").fill(code)
    expect(here.toast("third@example.com")).to_be_visible()
    here.page.reload()
    expect(here.sign_in_button).to_have_count(0)
    expect(here.dialogs).to_have_count(0)


def test_a_closed_dialog_comes_back_with_the_code_until_it_is_void(window):
    here = window(fresh=True)
    here.sign_in_button.click()
    ask_for_code(here, "fourth@example.com")
    here.page.keyboard.press("Escape")
    here.page.reload()
    here.sign_in_button.click()
    here.button("sign_in.again").click()
    ask_for_code(here, "fifth@example.com")
    here.page.evaluate("""() => {
      const asked = JSON.parse(localStorage.getItem("code"));
      localStorage.setItem("code", JSON.stringify({...asked, at: asked.at - 11 * 60_000}));
    }""")
    here.page.reload()
    expect(here.dialogs).to_have_count(0)
    here.sign_in_button.click()
    expect(here.field("sign_in.email")).to_be_visible()


def test_an_empty_server_tells_visitors_who_becomes_admin_and_the_first_one_what_comes_next(window, start):
    empty = start(LOADZONE_ADMINS="")
    here = window(at=empty, path="/")
    expect(here.page.get_by_text(here.text("empty.first_to_sign_in"))).to_be_visible()
    here.page.locator("#empty").get_by_role("button", name=here.text("sign_in"), exact=True).click()
    expect(here.dialog).to_contain_text(here.text("sign_in.first_admin"))
    here.field("sign_in.email").fill("first@example.com")
    here.page.keyboard.press("Enter")
    here.dialog.get_by_role("button", name=here.text("vm.add"), exact=True).click()
    expect(here.field("vm.id")).to_be_focused()
    expect(here.dialogs).to_have_count(1)


def test_the_code_can_be_typed_in_another_tab_and_the_first_one_follows(window):
    here = window(fresh=True)
    here.sign_in_button.click()
    expect(here.dialog).to_contain_text(here.text("sign_in.how_in_log"))
    code = ask_for_code(here, "phone@example.com")
    other = here.another_tab()
    expect(other.dialog).to_contain_text(here.text("sign_in.code_in_log", email="phone@example.com"))
    other.field("sign_in.code").fill(code)
    expect(other.toast("phone@example.com")).to_be_visible()
    expect(here.dialogs).to_have_count(0)
    expect(here.sign_in_button).to_have_count(0)


def test_a_code_that_is_tried_too_often_is_awaited_no_longer(window):
    here = window(fresh=True)
    here.sign_in_button.click()
    code = ask_for_code(here, "clumsy@example.com")
    wrong = "".join(str(9 - int(digit)) for digit in code)
    for tries_left in range(4, -1, -1):
        here.field("sign_in.code").fill("")
        with here.page.expect_response("**/auth") as answer:
            here.field("sign_in.code").fill(wrong)
        assert answer.value.json().get("tries_left", 0) == tries_left
        expect(here.dialog.get_by_role("alert")).to_be_visible()
    expect(here.button("sign_in.again")).to_be_visible()
    here.page.reload()
    here.sign_in_button.click()
    expect(here.field("sign_in.email")).to_be_visible()
