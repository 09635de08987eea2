"""Times stay right while the page is open: a clock that is set, sleep, another time zone, an hour that comes twice."""

import functools
import re
from datetime import datetime, timezone

import pytest
from playwright.sync_api import expect

from browser.machines import machine
from support.answers import done
from support.inventory import inventory
from support.waiting import eventually

# Makes the computer's clock wrong by `clockError`, and its monotonic clock by `lag`, as after sleep; in milliseconds.
FALSE_CLOCKS = """(() => {
  const [RealDate, monotonic] = [Date, performance.now.bind(performance)];
  window.clockError = %d;
  window.lag = 0;
  window.Date = class extends RealDate {
    constructor(...given) { given.length ? super(...given) : super(RealDate.now() + clockError); }
    static now() { return RealDate.now() + clockError; }
  };
  performance.now = () => monotonic() - lag;
})()"""
HOUR = 3_600_000


@pytest.fixture
def window(window):
    return functools.partial(window, fresh=True)


@pytest.fixture
def opened(window, bob, request):
    """Return a window on a computer whose clock is wrong by this much from the start."""
    here = window(bob, path=None)
    here.context.add_init_script(FALSE_CLOCKS % getattr(request, "param", 0))
    return here.go()


def ask_clock(here, call: str):
    return here.page.evaluate(
        f"async () => (await import(document.querySelector('script[type=module]').src)).$clock.{call}"
    )


def error_of(here) -> float:
    """Return by how many seconds the page's idea of the server's time is wrong."""
    return ask_clock(here, "now()") / 1000 - datetime.now(timezone.utc).timestamp()


def is_right(here) -> bool:
    return abs(error_of(here)) < 2


@pytest.mark.parametrize("opened", [0, HOUR, -HOUR], indirect=True)
def test_a_computers_clock_that_is_set_changes_no_time(opened):
    assert is_right(opened)
    for wrong in HOUR, -2 * HOUR, 0:
        opened.page.evaluate(f"clockError = {wrong}")
        assert is_right(opened)
        with opened.page.expect_response("**/me"):
            opened.page.evaluate(f"clockError = {wrong} + 5000")
        assert is_right(opened)


def test_after_sleep_the_time_is_asked_for(opened):
    opened.page.evaluate(f"lag = {HOUR}")
    eventually(lambda: is_right(opened))


def test_after_sleep_without_a_connection_the_computers_clock_is_believed(opened):
    opened.may_lose_connection = True
    opened.page.route("**/me", lambda route: route.abort("connectionrefused"))
    opened.page.evaluate(f"lag = {HOUR}")
    eventually(lambda: is_right(opened))


def test_the_page_follows_the_servers_clock_when_a_change_arrives(opened, alice, vm):
    assert ask_clock(opened, f"noteEventTime(Date.now() + {HOUR})") is False
    assert abs(error_of(opened) - 3600) < 2, "an event is never older than it says"
    with opened.page.expect_response("**/me"):
        done(alice.edit_vm(vm, description="the server's clock is back where it was"))
    eventually(lambda: is_right(opened))


def test_the_page_asks_for_the_time_when_it_is_shown_again(opened):
    ask_clock(opened, f"moveOn({HOUR})")
    with opened.page.expect_response("**/me"):
        opened.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    eventually(lambda: is_right(opened))


def test_another_time_zone_is_used_at_once(window, bob, vm):
    end = datetime.fromisoformat(done(bob.book(vm, 3))["expires_at"].replace("Z", "+00:00"))
    here = window(bob)
    session = here.context.new_cdp_session(here.page)
    in_utc, in_tokyo = (f"{(end.hour + offset) % 24:02}:{end.minute:02}" for offset in (0, 9))
    places = here.own_booking(vm), here.card(vm)
    session.send("Emulation.setTimezoneOverride", {"timezoneId": "UTC"})
    for place in places:
        expect(place).to_contain_text(in_utc)
    here.open_machine(vm)
    session.send("Emulation.setTimezoneOverride", {"timezoneId": ""})
    session.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    for place in (*places, here.dialog):
        expect(place).to_contain_text(in_tokyo)
    expect(here.dialog).to_contain_text("GMT+09:00")
    expect(here.card(vm).locator("[title*='GMT+09:00']").first).to_be_attached()


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        (
            "Europe/Berlin",
            {
                "2027-10-30T23:30:00Z": "01:30",
                "2027-10-31T00:30:00Z": "02:30 UTC+2",
                "2027-10-31T01:30:00Z": "02:30 UTC+1",
                "2027-10-31T02:00:00Z": "03:00",
            },
        ),
        ("Australia/Lord_Howe", {"2027-04-03T14:45:00Z": "01:45 UTC+11", "2027-04-03T15:15:00Z": "01:45 UTC+10:30"}),
        ("America/New_York", {"2027-11-07T05:15:00Z": "01:15 UTC-4", "2027-11-07T06:15:00Z": "01:15 UTC-5"}),
        ("Europe/Berlin", {"2027-03-28T00:59:00Z": "01:59", "2027-03-28T01:00:00Z": "03:00"}),
    ],
)
def test_a_local_time_that_comes_twice_has_its_offset(window, start, zone, ends):
    vms = [
        machine(f"vm-{number}", booked_by="bob@example.com", expires_at=end) | {"booked_at": "2026-11-01T00:00:00Z"}
        for number, end in enumerate(ends)
    ]
    here = window(at=start(inventory(vms)), timezone_id=zone)
    for number, shown in enumerate(ends.values()):
        expect(here.card(f"vm-{number}").locator(".until")).to_have_text(re.compile(rf", {re.escape(shown)}$"))
    here.open_machine("vm-0")
    expect(here.dialog).to_contain_text(re.compile(rf", {re.escape(next(iter(ends.values())))} \("))


def test_the_time_left_in_an_open_dialog_runs_on(window, bob, vm):
    done(bob.book(vm, 1 / 30))
    here = window(bob)
    here.open_machine(vm)
    left = here.dialog.locator("[data-time-left]")
    first = left.inner_text()
    expect(left).not_to_have_text(first)
