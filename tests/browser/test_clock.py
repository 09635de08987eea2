"""Times stay right while the page is open: a clock that is set, sleep, another time zone, an hour that comes twice."""

import functools
import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from browser.machines import machine
from browser.window import is_about_the_user
from loadzone.lib.times import iso
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
TOLERANCE = 60  # seconds, on a busy machine; what is tested is wrong by an hour


@pytest.fixture
def window(window):
    return functools.partial(window, fresh=True)


@pytest.fixture
def opened(window, bob, request):
    """Return a window on a computer whose clock is wrong by this much from the start."""
    here = window(bob, path=None)
    here.context.add_init_script(FALSE_CLOCKS % getattr(request, "param", 0))
    return here.go()


def ask(here, call: str):
    """Return what a call of one of the page's modules returns."""
    modules = "(await import(document.querySelector('script[type=module]').src))"
    return here.page.evaluate(f"async () => await {modules}.{call}")


def error_of(here) -> float:
    """Return by how many seconds the page's idea of the server's time is wrong."""
    return ask(here, "$clock.now()") / 1000 - datetime.now(timezone.utc).timestamp()


def is_right(here) -> bool:
    return abs(error_of(here)) < TOLERANCE


@pytest.mark.parametrize("opened", [0, HOUR, -HOUR], indirect=True)
def test_a_computers_clock_that_is_set_changes_no_time(opened):
    assert is_right(opened)
    for wrong in HOUR, -2 * HOUR, 0:
        opened.page.evaluate(f"clockError = {wrong}")
        assert is_right(opened)
        with opened.page.expect_response(is_about_the_user):
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


def test_a_refusal_tells_the_time_too(opened):
    def refuse(route):
        headers = {"LoadZone-Time": route.fetch().headers["loadzone-time"]}
        route.fulfill(status=429, json={"code": "too_many", "error": "not used", "retry_after": 5}, headers=headers)

    opened.page.route("**/me", refuse)
    ask(opened, f"$timekeeping.measureServerTime({HOUR})")
    assert is_right(opened), "the hour of sleep is not added to it"


def test_the_page_follows_the_servers_clock_when_a_change_arrives(vm, opened, alice):
    assert ask(opened, f"$clock.noteEventTime(Date.now() + {HOUR})") is False
    assert abs(error_of(opened) - 3600) < TOLERANCE, "an event is never older than it says"
    with opened.page.expect_response(is_about_the_user):
        done(alice.edit_vm(vm, description="the server's clock is back where it was"))
    eventually(lambda: is_right(opened))


def test_the_page_asks_for_the_time_when_it_is_shown_again(opened):
    ask(opened, f"$clock.moveOn({HOUR})")
    with opened.page.expect_response(is_about_the_user):
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


def transition(zone: str, sign: int) -> tuple[datetime, timedelta]:
    """Return when, after the next fortnight, clocks are set back (-1) or forward (1) in that zone, and by how much."""
    hour, there = timedelta(hours=1), ZoneInfo(zone)
    instant = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) + timedelta(days=14)
    for _ in range(24 * 370):
        change = (instant + hour).astimezone(there).utcoffset() - instant.astimezone(there).utcoffset()
        if change * sign > timedelta():
            halves = (instant + hour / 2).astimezone(there).utcoffset() != instant.astimezone(there).utcoffset()
            return instant + (hour / 2 if halves else hour), abs(change)
        instant += hour
    raise AssertionError(f"{zone} does not change its clocks")


def written(instant: datetime, zone: str, with_offset: bool) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    minutes = local.utcoffset() // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    offset = f" UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return f"{local:%H:%M}" + (offset if with_offset else "")


@pytest.mark.parametrize(
    ("zone", "sign"),
    [("Europe/Berlin", -1), ("Europe/Berlin", 1), ("Australia/Lord_Howe", -1), ("America/New_York", -1)],
)
def test_a_local_time_that_comes_twice_has_its_offset(window, start, zone, sign):
    change, by = transition(zone, sign)
    minute, is_back = timedelta(minutes=1), sign == -1
    ends = {
        change - by - minute: False,
        change - by / 2: is_back,
        change + by / 2: is_back,
        change + by: False,
    }
    vms = [
        machine(f"vm-{number}", booked_by="bob@example.com", expires_at=iso(end), booked_at="2026-11-01T00:00:00Z")
        for number, end in enumerate(ends)
    ]
    here = window(at=start(inventory(vms)), timezone_id=zone)
    for number, (end, twice) in enumerate(ends.items()):
        shown = re.compile(rf"[ ,] {re.escape(written(end, zone, twice))}$")
        expect(here.card(f"vm-{number}").locator(".until")).to_have_text(shown)
    here.open_machine("vm-1")
    expect(here.dialog).to_contain_text(f", {written(change - by / 2, zone, is_back)} (")


def test_the_time_left_in_an_open_dialog_runs_on(window, bob, vm):
    done(bob.book(vm, 1 / 30))
    here = window(bob)
    here.open_machine(vm)
    left = here.dialog.locator("[data-time-left]")
    first = left.inner_text()
    expect(left).not_to_have_text(first)
