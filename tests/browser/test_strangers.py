"""LOADZONE_STRANGERS=none: the page asks to sign in, and keeps nothing of the board after signing out."""

import pytest
from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.answers import done
from support.server import running

HIDDEN = ("#search", "#chips", "#groups", ".view-toggle", ".card")
STORED_BOARD = (
    """() => fetch("/vms", {cache: "only-if-cached", mode: "same-origin"}).then(({status}) => status, () => 0)"""
)
STORED_TEXT = "() => JSON.stringify({...localStorage, ...sessionStorage})"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("closed"), LOADZONE_STRANGERS="none") as server:
        yield server


def sign_in_form(here):
    return here.dialog.get_by_label(here.text("sign_in.email"), exact=True)


def test_a_stranger_is_asked_to_sign_in_and_then_sees_the_board(window, server, vm):
    here = window()
    expect(sign_in_form(here)).to_be_focused()
    assert accessibility_violations(here) == []
    here.page.keyboard.press("Escape")
    expect(here.page.get_by_role("heading", name=here.text("closed.title"))).to_be_visible()
    for part in HIDDEN:
        expect(here.page.locator(part)).to_be_hidden()
    assert vm not in here.page.content()
    assert accessibility_violations(here) == []

    here.page.locator("#empty").get_by_role("button", name=here.text("sign_in"), exact=True).click()
    sign_in_form(here).fill("new@example.com")
    here.page.keyboard.press("Enter")
    expect(here.card(vm)).to_be_visible()
    expect(here.search).to_be_visible()
    expect(here.page.get_by_role("heading", name=here.text("closed.title"))).to_be_hidden()


def test_changes_arrive_after_signing_in(window, server, alice, vm):
    here = window()
    sign_in_form(here).fill("live@example.com")
    here.page.keyboard.press("Enter")
    expect(here.card(vm)).to_be_visible()
    done(alice.book(vm))
    expect(here.card(vm)).to_contain_text("alice")


def test_signing_out_drops_the_board_in_all_tabs_and_what_the_browser_stores_of_it(window, newcomer, alice, vm):
    done(newcomer.join(done(alice.book(vm))["id"]))
    here = window(newcomer)
    expect(here.card(vm)).to_be_visible()
    other = here.another_tab()
    done(alice.delete_vm(vm, force=True))  # which the person is told, and the inbox keeps
    expect(here.card(vm)).to_have_count(0)
    here.page.wait_for_function("name => JSON.stringify(localStorage).includes(name)", arg=vm)
    assert here.page.evaluate(STORED_BOARD) == 200
    other.open_account()
    here.open_account()
    here.button("sign_out").click()
    for tab in (here, other):
        expect(sign_in_form(tab)).to_be_visible()
        expect(tab.page.locator(".card")).to_have_count(0)
        assert vm not in tab.page.content()
        assert newcomer.email not in tab.page.content()
        assert vm not in tab.page.evaluate(STORED_TEXT)
        assert tab.page.evaluate(STORED_BOARD) != 200
        assert tab.page.title() == "LoadZone"
    here.errors[:] = [error for error in here.errors if "ERR_CACHE_MISS" not in error]  # what this test has asked for


def test_the_back_button_does_not_bring_the_board_back(window, newcomer, vm):
    here = window(newcomer)
    expect(here.card(vm)).to_be_visible()
    here.page.goto(here.server.url + "/docs")
    done(newcomer.sign_out(everywhere=True))
    here.page.go_back()
    expect(sign_in_form(here)).to_be_visible()
    assert vm not in here.page.content()


def test_a_session_that_ends_elsewhere_drops_the_board(window, alice, newcomer, vm):
    here = window(newcomer)
    expect(here.card(vm)).to_be_visible()
    done(alice.remove_user(newcomer.email))
    expect(sign_in_form(here)).to_be_visible()
    expect(here.toast(here.text("session.ended"))).to_be_visible()
    assert vm not in here.page.content()


def test_signing_in_in_another_tab_opens_the_board_when_one_comes_back(window, vm):
    here = window()
    other = here.another_tab()
    sign_in_form(other).fill("tabs@example.com")
    other.page.keyboard.press("Enter")
    expect(other.card(vm)).to_be_visible()
    here.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(here.card(vm)).to_be_visible()


def test_a_closed_page_prints_no_board(window, vm):
    here = window()
    expect(sign_in_form(here)).to_be_visible()
    here.page.emulate_media(media="print")
    expect(here.page.locator(".card")).to_have_count(0)
    assert vm not in here.page.inner_text("body")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_it_fits_a_small_phone(window, language):
    here = window(language=language, viewport={"width": 320, "height": 600})
    expect(sign_in_form(here)).to_be_visible()
    assert not here.scrolls_sideways()
