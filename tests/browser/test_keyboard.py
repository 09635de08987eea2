"""Everything works by keyboard: find a machine, book it, close dialogs; the focus returns to where it was."""

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from support.answers import done
from support.people import Person
from support.server import ADMIN, running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("keys"), starter()) as server:
        yield server


def tab_to(here, name: str) -> None:
    """Press Tab until the control with that name has the focus."""
    has_focus = "(name) => [document.activeElement.ariaLabel, document.activeElement.textContent.trim()].includes(name)"
    for _ in range(60):
        here.page.keyboard.press("Tab")
        if here.page.evaluate(has_focus, name):
            return
    pytest.fail(f"Tab never reached {name!r}")


def test_find_open_book_and_come_back(window, bob):
    here = window(bob)
    press = here.page.keyboard.press
    press("/")
    here.page.keyboard.type("server-02")
    tab_to(here, "server-02")
    press("Enter")
    expect(here.dialog.get_by_role("heading", name="server-02")).to_be_visible()
    press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect(here.card("server-02").locator(".name")).to_be_focused()

    tab_to(here, "Book server-02")
    press("Enter")
    expect(here.choice(4)).to_be_focused()
    press("ArrowLeft")
    expect(here.choice(2)).to_be_checked()
    tab_to(here, "Book")
    press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect(here.card("server-02").get_by_role("button", name="Book server-02")).to_be_focused()

    press("Enter")
    press("ArrowRight")
    press("Enter")
    expect(here.own_booking("server-02")).to_be_visible()
    assert bob.vm("server-02")["booked_by"] == bob.email


def test_the_focus_stays_in_the_dialog(window, alice):
    here = window(alice)
    here.choose("server-01", "act.edit-vm")
    for _ in range(14):
        here.page.keyboard.press("Tab")
        assert here.page.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )


def test_a_dialog_opened_from_a_dialog_gives_the_focus_back_to_the_page(window, alice):
    here = window(alice)
    here.card("stage-01").locator(".name").focus()
    here.page.keyboard.press("Enter")
    here.button("act.edit-vm").press("Enter")
    expect(here.dialog.get_by_role("heading", name=here.text("vm.edit_title", vm="stage-01"))).to_be_visible()
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect(here.card("stage-01").locator(".name")).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_machines(window):
    here = window()
    assert here.style(".skip-link", "boxShadow") == "none"  # it is invisible before
    here.page.keyboard.press("Tab")
    expect(here.page.get_by_role("link", name=here.text("nav.skip"))).to_be_focused()
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("Tab")
    assert here.page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_after_the_skip_link_an_arrow_focuses_the_first_machine(window):
    here = window()
    here.page.keyboard.press("Tab")
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("ArrowDown")
    expect(here.cards.first.locator(".name")).to_be_focused()


def test_a_change_by_others_does_not_take_the_focus_away(window, bob, server):
    alice = Person(server, ADMIN).sign_in()
    here = window(bob)
    here.card("build-02").locator(".name").focus()
    done(alice.edit_vm("build-02", description="now with SSDs"))
    done(alice.make_group("Another", ["build-01"]), 201)
    expect(here.section("Another").locator(here.card("build-01"))).to_be_visible()
    expect(here.card("build-02").locator(".name")).to_be_focused()


def test_arrows_move_between_machines_on_the_same_control(window, bob):
    here = window(bob)
    here.card("stage-02").locator(".name").focus()
    here.page.keyboard.press("ArrowRight")
    expect(here.card("stage-03").locator(".name")).to_be_focused()
    here.page.keyboard.press("ArrowLeft")
    here.page.keyboard.press("Tab")
    here.page.keyboard.press("ArrowLeft")
    expect(here.card("stage-01").get_by_text("192.168.20.11")).to_be_focused()
    here.page.keyboard.press("ArrowUp")
    expect(here.card("server-01").get_by_text("192.168.10.11")).to_be_focused()
    here.page.keyboard.press("ArrowUp")
    expect(here.card("server-01").get_by_text("192.168.10.11")).to_be_focused()


def test_a_question_mark_shows_the_shortcuts(window):
    here = window()
    here.page.keyboard.press("?")
    expect(here.dialog.get_by_role("heading", name=here.text("keys.title"))).to_be_visible()
    expect(here.dialog).to_contain_text(here.text("keys.search"))
    here.page.keyboard.press("Escape")
    here.search.focus()
    here.page.keyboard.press("?")
    expect(here.search).to_have_value("?")
    expect(here.dialogs).to_have_count(0)


def test_after_a_refusal_the_focus_is_on_the_submit_button(window, bob, vm):
    here = window(bob)
    here.page.route("**/book", lambda request: request.fulfill(status=409, json={"error": "Not now."}))
    here.press("book", vm)
    here.button("book.submit").press("Enter")
    expect(here.dialog.get_by_role("alert")).to_be_visible()
    expect(here.button("book.submit")).to_be_focused()


def test_if_booking_hides_the_card_the_focus_moves_to_the_own_booking(window, server):
    here = window(Person(server, "erin@example.com").sign_in())
    here.page.locator("[data-status=free]").click()
    here.card("stage-02").get_by_role("button", name="Book stage-02").press("Enter")
    here.button("book.submit").press("Enter")
    expect(here.card("stage-02")).to_be_hidden()
    expect(here.own_booking("stage-02").locator(".name")).to_be_focused()
