"""The browser's notifications: permission is asked when waiting begins; the account switches them on and off."""

import pytest
from playwright.sync_api import Browser, expect

from browser.machines import inventory
from browser.profiles import Profiles
from browser.queues import hold
from support.answers import done
from support.people import Person
from support.server import ADMIN
from support.waiting import eventually

# Wraps the browser's class, so that a test can read and click what is shown.
RECORD_SHOWN = """(() => {
  const Real = Notification;
  window.shown = [];
  window.Notification = class extends Real {
    constructor(title, options) { super(title, options); shown.push(this); }
  };
})()"""
# A replacement whose permission has not been asked for. %s is what the person answers: granted or denied.
NOT_ASKED_YET = """(() => {
  let permission = "default";
  window.asked = 0;
  window.shown = [];
  window.Notification = class extends EventTarget {
    constructor(title, options) { super(); Object.assign(this, {title, ...options}); shown.push(this); }
    static get permission() { return permission; }
    static async requestPermission() { asked += 1; return (permission = "%s"); }
    close() {}
  };
})()"""
SHOWN = "shown.map(({title, tag}) => [title, tag])"


@pytest.fixture(scope="module")
def browser(whole_chromium) -> Browser:
    """Return a browser that has notifications, which the headless shell has not."""
    return whole_chromium


@pytest.fixture(scope="module")
def profiles(browser) -> Profiles:
    return Profiles(browser)


def titles(here, count: int) -> list[str]:
    """Wait until the browser has shown that many notifications, and return their titles."""
    return eventually(lambda: len(shown := here.page.evaluate(SHOWN)) == count and [title for title, _ in shown])


def window_with(window, person, script: str, at=None, **options):
    here = window(person, path=None, at=at, fresh=True, **options)
    here.context.add_init_script(script)
    return here.go()


def switch(here, key: str):
    return here.button(f"notices.{key}")


@pytest.fixture
def granted(window, newcomer):
    """Return the newcomer's window, in which notifications are permitted."""
    return window_with(window, newcomer, RECORD_SHOWN, permissions=["notifications"])


def test_the_persons_turn_is_shown_and_a_click_opens_the_machine(granted, newcomer, carol, vm):
    hold(vm, for_=newcomer, by=carol)
    [title] = titles(granted, 1)
    assert title.startswith(f"Your turn: {vm} is held for you until")
    assert granted.page.evaluate("shown[0].tag") == vm
    granted.page.evaluate("shown[0].dispatchEvent(new Event('click'))")
    expect(granted.dialog.get_by_role("heading", name=vm, exact=True)).to_be_visible()
    expect(granted.button("act.take")).to_be_visible()


def test_bookings_of_others_are_not_shown(granted, carol, vm):
    done(carol.book(vm, 1))
    expect(granted.toast(f"{carol.email} booked {vm}")).to_be_visible()
    assert granted.page.evaluate(SHOWN) == []


def test_several_tabs_show_it_once(granted, newcomer, carol, vm):
    other = granted.another_tab()
    hold(vm, for_=newcomer, by=carol)
    for tab in granted, other:
        expect(tab.own_booking(vm)).to_be_visible()
        expect(tab.toast(f"Your turn: {vm}")).to_be_visible()
    tags = [tag for tab in (granted, other) for _, tag in tab.page.evaluate(SHOWN)]
    assert set(tags) == {vm}  # shown by one tab, or by both with the same tag, of which the browser makes one


def test_a_tab_in_the_background_shows_it(granted, newcomer, carol, vm):
    front = granted.context.new_page()
    front.goto("about:blank")
    front.bring_to_front()
    hold(vm, for_=newcomer, by=carol)
    assert titles(granted, 1)[0].startswith(f"Your turn: {vm}")


def test_a_missed_turn_and_a_booking_that_ends_soon_are_shown(window, start):
    server = start(inventory(2), LOADZONE_HOLD_MINUTES="0.02", LOADZONE_REMIND_MINUTES="0.02")
    bob, alice = Person(server, "bob@example.com").sign_in(), Person(server, ADMIN).sign_in()
    here = window_with(window, bob, RECORD_SHOWN, at=server, permissions=["notifications"])
    hold("server-0", for_=bob, by=alice)
    first, second = titles(here, 2)
    assert first.startswith("Your turn: server-0")
    assert second == "Your turn is over: server-0 is no longer held for you"
    done(bob.book("server-1", 3 / 3600))
    assert titles(here, 3)[2].startswith("Your booking of server-1 ends")


@pytest.mark.parametrize("answer", ["granted", "denied"])
def test_permission_is_asked_when_waiting_begins_and_not_before(window, newcomer, carol, vm, answer):
    done(carol.book(vm, 1))
    here = window_with(window, newcomer, NOT_ASKED_YET % answer)
    here.press("queue", vm)
    assert here.page.evaluate("asked") == 0
    here.send()
    assert here.page.evaluate("asked") == 1
    done(carol.cancel(vm))
    expect(here.own_booking(vm)).to_be_visible()
    expect(here.toast(f"Your turn: {vm}")).to_be_visible()
    assert len(here.page.evaluate(SHOWN)) == (1 if answer == "granted" else 0)
    here.open_account()
    if answer == "denied":
        expect(here.dialog).to_contain_text(here.text("notices.blocked"))
        expect(switch(here, "on")).to_be_disabled()
    else:
        expect(switch(here, "on")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_switch_in_the_account_is_remembered(window, newcomer, carol, vm, language):
    here = window_with(window, newcomer, RECORD_SHOWN, language=language, permissions=["notifications"])
    here.open_account()
    expect(here.dialog).to_contain_text(here.text("notices.what"))
    expect(switch(here, "on")).to_have_attribute("aria-pressed", "true")
    switch(here, "off").click()
    expect(switch(here, "off")).to_have_attribute("aria-pressed", "true")
    here.go()
    hold(vm, for_=newcomer, by=carol)
    expect(here.own_booking(vm)).to_be_visible()
    expect(here.toast(vm).first).to_be_visible()
    assert here.page.evaluate(SHOWN) == []
    here.open_account()
    switch(here, "on").click()
    expect(switch(here, "on")).to_have_attribute("aria-pressed", "true")


def test_in_a_browser_without_notifications_there_is_no_switch_and_waiting_works(window, newcomer, carol, vm):
    done(carol.book(vm, 1))
    here = window_with(window, newcomer, "delete window.Notification")
    here.press("queue", vm)
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.text("queue.place", n=1))
    here.open_account()
    expect(here.dialog.get_by_text(here.text("notices.label"))).to_have_count(0)
