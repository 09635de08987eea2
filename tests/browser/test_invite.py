"""Inviting people: the admin's dialog, the links where no mail is sent, and the page behind a link."""

import re

import pytest
from playwright.sync_api import expect

from browser.window import BEYOND_THE_EDGE, accessibility_violations
from support.answers import done


def row(here, email):
    return here.dialog.get_by_role("listitem").filter(has_text=email)


def opened(window, alice, **options):
    here = window(alice, **options)
    here.choose_in_account("users.title")
    here.button("invite.open").click()
    expect(here.field("invite.emails")).to_be_focused()
    return here


def test_pasted_addresses_are_invited_and_each_link_can_be_copied(window, alice, bob):
    here = opened(window, alice)
    expect(here.dialog).to_contain_text(here.text("invite.without_mail"))
    assert accessibility_violations(here) == []
    here.field("invite.emails").fill("Ann Lee <Ann.Lee@example.com>; joe@example.com,\n  bob@example.com")
    here.button("invite.send").click()
    expect(here.dialog.get_by_role("heading", name="2 people are invited")).to_be_visible()
    expect(here.dialog.locator("code").first).to_have_text(re.compile(r"/\?email=ann\.lee@example\.com$"))
    expect(here.dialog).to_contain_text("Already known, so not invited again: bob@example.com")
    assert accessibility_violations(here) == []
    here.page.keyboard.press("Escape")
    here.field("users.search").fill("ann.lee")
    expect(row(here, "ann.lee@example.com")).to_contain_text(here.text("users.never_here"))
    expect(row(here, "ann.lee@example.com")).to_contain_text(f"invited by {alice.email}")
    copy = row(here, "ann.lee@example.com").get_by_role("button", name=here.text("invite.copy_link"))
    expect(copy).to_have_attribute("data-text", f"{here.server.url}/?email=ann.lee%40example.com")
    row(here, "ann.lee@example.com").get_by_role("button", name=here.text("users.remove")).click()
    here.send()
    expect(row(here, "ann.lee@example.com")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "told"),
    [("nobody", "“nobody” is not"), ("ann@example.com, a@b@c", "“a@b@c” is not"), ("  ", "E-mail addresses")],
)
def test_a_mistake_is_told_at_the_field_and_nothing_is_lost(window, alice, typed, told):
    here = opened(window, alice)
    here.field("invite.emails").fill(typed)
    here.button("invite.send").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(told)
    expect(here.field("invite.emails")).to_have_value(typed)
    expect(here.field("invite.emails")).to_have_attribute("aria-invalid", "true")


def test_the_link_asks_to_sign_in_with_the_address_filled_in(window, alice):
    done(alice.post("/invite", {"emails": ["linked@example.com"]}))
    here = window(path="/?email=linked@example.com")
    expect(here.field("sign_in.email")).to_have_value("linked@example.com")
    here.button("sign_in.next").click()
    expect(here.toast("linked@example.com")).to_be_visible()
    assert "linked" not in here.page.url


def test_somebody_signed_in_already_is_not_asked_again(window, newcomer):
    here = window(newcomer, path="/?email=other@example.com")
    expect(here.dialogs).to_have_count(0)
    assert "other" not in here.page.url


def test_a_link_with_markup_in_it_does_nothing(window):
    here = window(path="/?email=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(here.field("sign_in.email")).to_have_value('"><img src=x onerror=alert(1)>')


def test_it_fits_a_small_phone(window, alice):
    here = opened(window, alice, viewport={"width": 320, "height": 600}, language="ru")
    assert not here.scrolls_sideways()
    here.field("invite.emails").fill(f"{'of.the.northern.' * 3}centre@{'sub.' * 20}example.com")
    here.button("invite.send").click()
    expect(here.dialog.locator("code")).to_be_visible()
    assert here.dialog.evaluate(BEYOND_THE_EDGE) == []
