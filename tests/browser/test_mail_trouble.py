"""Admins see on the page that letters cannot be delivered, and why."""

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.inventory import from_now, inventory, machine
from support.people import Person
from support.smtp import MailServer
from support.waiting import eventually


@pytest.fixture
def smtp():
    with MailServer() as smtp:
        smtp.answer = "554 Quota exceeded"
        yield smtp


@pytest.fixture
def troubled(start, smtp):
    """A server with a letter that its mail server refuses, and an admin."""
    server = start(inventory([machine("vm", "reader@example.com", from_now(hours=2))]), **smtp.settings)
    alice = Person(server, "alice@example.com").sign_in()
    done(alice.cancel("vm", reason="needed"))
    eventually(lambda: "mail" in alice.me())
    return alice


def test_admins_see_why_letters_wait_and_nobody_else_does(window, troubled, smtp):
    mail = troubled.me()["mail"]
    assert (mail["reason"], mail["waiting"]) == ("554 Quota exceeded", 1)
    bob = Person(troubled.server, "bob@example.com").sign_in()
    assert "mail" not in bob.me()
    expect(window(bob, at=troubled.server).page.locator("#mail-trouble")).to_be_hidden()
    banner = window(troubled, at=troubled.server).page.locator("#mail-trouble")
    expect(banner).to_contain_text("Waiting: 1")
    expect(banner).to_contain_text("554 Quota exceeded")


def test_it_goes_without_a_reload_once_letters_are_taken(window, troubled, smtp):
    here = window(troubled, path=None, at=troubled.server, fresh=True)
    here.page.clock.install()
    here.go("/")
    banner = here.page.locator("#mail-trouble")
    expect(banner).to_be_visible()
    smtp.answer = "250 OK"
    smtp.wait_for_letter("reader@example.com", timeout=30)
    eventually(lambda: "mail" not in troubled.me())
    here.page.clock.fast_forward(61_000)
    expect(banner).to_be_hidden()
