"""The browser's own notifications: asked for when one begins to wait, shown for one's turn, switched in the account."""

import pytest
from playwright.sync_api import expect

from browser.machines import inventory
from browser.queues import hold
from support.answers import done
from support.people import Person
from support.server import ADMIN
from support.waiting import eventually

# The browser's own class, so that what is shown can be looked at and clicked
LISTEN = """(() => {
  const Real = Notification;
  window.shown = [];
  window.Notification = class extends Real {
    constructor(title, options) { super(title, options); shown.push(this); }
  };
})()"""
# A reader who was never asked; how the browser would decide is `decides`
UNDECIDED = """(() => {
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


def titles(here, count: int) -> list[str]:
    """The titles of what the browser has shown, once there are that many."""
    return eventually(lambda: len(told := here.page.evaluate(SHOWN)) == count and [title for title, _ in told])


def ready(window, person, script: str, at=None, **options):
    here = window(person, path=None, at=at, fresh=True, **options)
    here.context.add_init_script(script)
    return here.go()


def switch(here, key: str):
    return here.button(f"notices.{key}")


@pytest.fixture
def granted(window, newcomer):
    """The newcomer's window, where notifications are allowed."""
    return ready(window, newcomer, LISTEN, permissions=["notifications"])


def test_ones_turn_is_shown_and_a_click_opens_the_machine(granted, newcomer, carol, vm):
    hold(vm, for_=newcomer, by=carol)
    [title] = titles(granted, 1)
    assert title.startswith(f"Your turn: {vm} is held for you until")
    assert granted.page.evaluate("shown[0].tag") == vm
    granted.page.evaluate("shown[0].dispatchEvent(new Event('click'))")
    expect(granted.dialog.get_by_role("heading", name=vm, exact=True)).to_be_visible()
    expect(granted.button("act.take")).to_be_visible()


def test_what_is_not_mine_to_know_is_not_shown(granted, carol, vm):
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
    assert set(tags) == {vm}  # shown by one tab, or by both under a tag that makes them one


def test_a_tab_in_the_background_shows_it(granted, newcomer, carol, vm):
    front = granted.context.new_page()
    front.goto("about:blank")
    front.bring_to_front()
    hold(vm, for_=newcomer, by=carol)
    assert titles(granted, 1)[0].startswith(f"Your turn: {vm}")


def test_a_turn_that_passed_and_an_end_that_is_near_are_shown(window, start):
    server = start(inventory(2), LOADZONE_HOLD_MINUTES="0.02", LOADZONE_REMIND_MINUTES="0.02")
    bob, alice = Person(server, "bob@example.com").sign_in(), Person(server, ADMIN).sign_in()
    here = ready(window, bob, LISTEN, at=server, permissions=["notifications"])
    hold("server-0", for_=bob, by=alice)
    first, second = titles(here, 2)
    assert first.startswith("Your turn: server-0")
    assert second == "Your turn is over: server-0 is no longer held for you"
    done(bob.book("server-1", 3 / 3600))
    assert titles(here, 3)[2].startswith("Your booking of server-1 ends")


@pytest.mark.parametrize("answer", ["granted", "denied"])
def test_leave_is_asked_for_when_one_begins_to_wait_and_never_before(window, newcomer, carol, vm, answer):
    done(carol.book(vm, 1))
    here = ready(window, newcomer, UNDECIDED % answer)
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
        expect(here.dialog).to_contain_text(here.say("notices.blocked"))
        expect(switch(here, "on")).to_be_disabled()
    else:
        expect(switch(here, "on")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_they_are_switched_off_and_on_in_the_account_and_it_is_remembered(window, newcomer, carol, vm, language):
    here = ready(window, newcomer, LISTEN, language=language, permissions=["notifications"])
    here.open_account()
    expect(here.dialog).to_contain_text(here.say("notices.what"))
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


def test_where_the_browser_has_none_there_is_no_switch_and_waiting_works(window, newcomer, carol, vm):
    done(carol.book(vm, 1))
    here = ready(window, newcomer, "delete window.Notification")
    here.press("queue", vm)
    here.send()
    expect(here.card(vm).locator(".action")).to_have_text(here.say("queue.place", n=1))
    here.open_account()
    expect(here.dialog.get_by_text(here.say("notices.label"))).to_have_count(0)
