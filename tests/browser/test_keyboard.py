"""Everything without a mouse: go to a machine, book it, close what is open, and be where one was."""

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
    """Presses Tab until the control of that name has the focus."""
    wanted = "(name) => [document.activeElement.ariaLabel, document.activeElement.textContent.trim()].includes(name)"
    for _ in range(60):
        here.page.keyboard.press("Tab")
        if here.page.evaluate(wanted, name):
            return
    pytest.fail(f"Tab never came to {name!r}")


def test_find_open_book_and_come_back(window, bob):
    here = window(bob)
    press = here.page.keyboard.press
    press("/")
    here.page.keyboard.type("server-02")
    tab_to(here, "server-02")
    press("Enter")
    expect(here.dialog.get_by_role("heading", name="server-02")).to_be_visible()
    press("Escape")
    expect(here.no_dialog).to_have_count(0)
    expect(here.card("server-02").locator(".name")).to_be_focused()

    tab_to(here, "Book server-02")
    press("Enter")
    expect(here.choice(4)).to_be_focused()
    press("ArrowLeft")
    expect(here.choice(2)).to_be_checked()
    tab_to(here, "Book")
    press("Escape")
    expect(here.no_dialog).to_have_count(0)
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
    expect(here.dialog.get_by_role("heading", name=here.say("vm.edit_title", vm="stage-01"))).to_be_visible()
    here.page.keyboard.press("Escape")
    expect(here.no_dialog).to_have_count(0)
    expect(here.card("stage-01").locator(".name")).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_machines(window):
    here = window()
    assert here.style(".skip-link", "boxShadow") == "none"  # nothing of it is seen before
    here.page.keyboard.press("Tab")
    expect(here.page.get_by_role("link", name=here.say("nav.skip"))).to_be_focused()
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("Tab")
    assert here.page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_from_the_board_that_the_first_link_leads_to_an_arrow_enters_the_first_machine(window):
    here = window()
    here.page.keyboard.press("Tab")
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("ArrowDown")
    expect(here.cards.first.locator(".name")).to_be_focused()


def test_a_change_from_elsewhere_does_not_take_the_focus_away(window, bob, server):
    alice = Person(server, ADMIN).sign_in()
    here = window(bob)
    here.card("build-02").locator(".name").focus()
    done(alice.edit_vm("build-02", description="now with SSDs"))
    done(alice.make_group("Another", ["build-01"]), 201)
    expect(here.section("Another").locator(here.card("build-01"))).to_be_visible()
    expect(here.card("build-02").locator(".name")).to_be_focused()


def test_arrows_go_from_machine_to_machine_and_stay_on_the_same_control(window, bob):
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


def test_a_question_mark_shows_the_keys(window):
    here = window()
    here.page.keyboard.press("?")
    expect(here.dialog.get_by_role("heading", name=here.say("keys.title"))).to_be_visible()
    expect(here.dialog).to_contain_text(here.say("keys.search"))
    here.page.keyboard.press("Escape")
    here.search.focus()
    here.page.keyboard.press("?")
    expect(here.search).to_have_value("?")
    expect(here.no_dialog).to_have_count(0)


def test_after_a_refusal_the_focus_is_on_the_button_that_sent(window, bob, vm):
    here = window(bob)
    here.page.route("**/book", lambda request: request.fulfill(status=409, json={"error": "Not now."}))
    here.press("book", vm)
    here.button("book.submit").press("Enter")
    expect(here.dialog.get_by_role("alert")).to_be_visible()
    expect(here.button("book.submit")).to_be_focused()


def test_a_machine_that_booking_takes_from_sight_leaves_the_focus_on_its_row_on_top(window, server):
    here = window(Person(server, "erin@example.com").sign_in())
    here.page.locator("[data-status=free]").click()
    here.card("stage-02").get_by_role("button", name="Book stage-02").press("Enter")
    here.button("book.submit").press("Enter")
    expect(here.card("stage-02")).to_be_hidden()
    expect(here.own_booking("stage-02").locator(".name")).to_be_focused()
