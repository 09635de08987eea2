"""Dialogs that the server is asked for say what is so while it answers, and when it does not."""

import pytest
from playwright.sync_api import expect

from support.people import Person
from support.server import ADMIN, running
from support.smtp import MailServer
from support.waiting import eventually


@pytest.fixture(scope="module")
def mailing(tmp_path_factory):
    with MailServer() as smtp, running(tmp_path_factory.mktemp("loaded"), **smtp.settings) as server:
        yield server


@pytest.fixture
def admin(mailing):
    return Person(mailing, ADMIN).sign_in()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("dialog", "path"), [("letters", "/me"), ("tokens", "/tokens"), ("users", "/users")])
def test_what_cannot_be_loaded_is_neither_awaited_nor_called_empty(window, mailing, admin, dialog, path, language):
    here = window(admin, at=mailing, language=language)
    here.may_lose_connection = True
    here.page.route(f"**{path}", lambda route: route.abort("connectionreset"))
    here.choose_in_account(f"{dialog}.title")
    expect(here.dialog.get_by_role("alert")).to_have_text(here.text("error.not_loaded"))
    expect(here.dialog.locator(".spinner, [aria-busy=true], .muted")).to_have_count(0)
    for button in here.dialog.locator(".send").all():
        expect(button).to_be_disabled()
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)


def test_letters_are_saved_only_once_they_are_there(window, mailing, admin):
    here = window(admin, at=mailing)
    delayed = []
    here.page.route("**/me", lambda route: delayed.append(route))
    here.choose_in_account("letters.title")
    expect(here.button("act.save")).to_be_disabled()
    expect(here.dialog.locator(".spinner")).to_be_visible()
    eventually(lambda: here.page.evaluate("true") and delayed)
    delayed[0].continue_()
    expect(here.button("act.save")).to_be_enabled()
    expect(here.dialog.get_by_role("checkbox").first).to_be_focused()


def test_the_zone_is_a_paragraph_of_its_own(window, mailing, admin):
    here = window(admin, at=mailing)
    eventually(lambda: admin.me()["zone"])
    here.choose_in_account("letters.title")
    last, zone = here.dialog.locator("fieldset label").last, here.dialog.locator(".hint")
    expect(zone).to_be_visible()
    assert zone.bounding_box()["y"] - last.bounding_box()["y"] - last.bounding_box()["height"] >= 8
