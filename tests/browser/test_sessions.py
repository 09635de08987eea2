"""The dialog that lists where one is signed in, and signs out other browsers."""

import re
from datetime import datetime, timezone

from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.answers import done
from support.inventory import from_now, inventory, stamp, user
from support.people import Person

PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"
)


def on_a_phone(server, email):
    phone = Person(server, email)
    phone.http.headers["User-Agent"] = PHONE
    return phone.sign_in()


def row(here, text):
    return here.dialog.locator(".rows li", has_text=text)


def test_another_browser_is_signed_out_and_its_page_says_so(window, server, newcomer):
    phone = on_a_phone(server, newcomer.email)
    there, here = window(phone), window(newcomer)
    here.choose_in_account("sessions.title")
    expect(row(here, here.text("sessions.current"))).to_have_count(1)
    expect(row(here, "Chrome on Android")).to_contain_text("last used: today")
    assert accessibility_violations(here) == []
    row(here, "Chrome on Android").get_by_role("button").click()
    expect(here.toast("Signed out: Chrome on Android")).to_be_visible()
    expect(row(here, "Chrome on Android")).to_have_count(0)
    expect(here.dialog.locator(":focus")).to_have_count(1)
    expect(there.sign_in_button).to_be_visible()
    expect(there.toast(there.text("session.ended"))).to_be_visible()
    expect(here.button("sessions.end_others")).to_be_hidden()


def test_whoever_is_signed_out_signs_in_from_a_dialog_and_goes_on_there(window, server, newcomer, vm):
    here = window(newcomer)
    here.press("book", vm)
    here.field("book.what_for").fill("nightly run")
    done(Person(server, newcomer.email).sign_in().sign_out(elsewhere=True))
    expect(here.toast(here.text("session.ended"))).to_be_visible()
    here.button("book.submit").click()
    here.button("sign_in").click()
    here.field("sign_in.email").fill(newcomer.email)
    here.page.keyboard.press("Enter")
    expect(here.dialogs).to_have_count(1)
    expect(here.dialog.get_by_role("alert")).to_be_hidden()
    expect(here.dialog.locator("[autofocus]")).to_be_focused()
    here.send()
    expect(here.own_booking(vm)).to_contain_text("nightly run")


def test_all_others_are_signed_out_at_once(window, server, newcomer):
    phones = [on_a_phone(server, newcomer.email) for _ in range(2)]
    here = window(newcomer)
    here.choose_in_account("sessions.title")
    expect(row(here, "Chrome on Android")).to_have_count(2)
    here.button("sessions.end_others").click()
    expect(here.toast(here.text("sessions.ended_others"))).to_be_visible()
    expect(here.dialog.locator(".rows li")).to_have_count(1)
    assert not any(phone.is_signed_in() for phone in phones)


def test_a_session_that_has_ended_meanwhile_is_said_and_gone(window, server, newcomer):
    phone = on_a_phone(server, newcomer.email)
    here = window(newcomer)
    here.choose_in_account("sessions.title")
    expect(row(here, "Chrome on Android")).to_have_count(1)
    phone.sign_out()
    row(here, "Chrome on Android").get_by_role("button").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("no longer signed in")
    expect(row(here, "Chrome on Android")).to_have_count(0)


def test_the_last_use_is_told_by_the_days_of_the_reader(window, start):
    """It is noon for the reader. Sessions of older files have nothing but their last use."""
    ago = {"today": 1, "within the last day": 23, "yesterday": 30}
    stored = {str(number) * 64: stamp(from_now(hours=-hours)) for number, hours in enumerate([*ago.values(), 72])}
    ann = Person(start(inventory(users={"ann@example.com": user(sessions=stored)})), "ann@example.com").sign_in()
    here = window(ann, at=ann.server, fresh=True, timezone_id=zone_of_noon())
    here.choose_in_account("sessions.title")
    for text in ago:
        expect(row(here, f"last used: {text}")).to_have_count(1)
    expect(row(here, here.text("sessions.unknown"))).to_have_count(4)
    expect(here.dialog.locator(".rows li").last).to_contain_text(re.compile(r"last used: \d+ [A-Z]"))


def zone_of_noon():
    """Return a zone in which it is between 12:00 and 13:00 now."""
    east = 12 - datetime.now(timezone.utc).hour
    return f"Etc/GMT{-east:+d}"
