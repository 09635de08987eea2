"""The choice "until 18:00" is the end of the reader's own day, told with 12 or 24 hours as the reader wants."""

import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.inventory import inventory, machine, moment
from support.people import Person


def zone_where_it_is(hour: int) -> str:
    """Return a time zone in which it is that hour of the day now."""
    west = (datetime.now(timezone.utc).hour - hour + 12) % 24 - 12
    return f"Etc/GMT{west:+d}" if west else "Etc/GMT"


def end_of(vm: dict, zone: str) -> datetime:
    return moment(vm["expires_at"]).astimezone(ZoneInfo(zone))


def until(here, text: str):
    return here.dialog.get_by_role("radio", name=re.compile(f"^until {text}$"))


def set_day_end(here, time: str) -> None:
    here.open_account()
    here.field("clock.day_end").select_option(time)
    here.page.keyboard.press("Escape")


def test_it_is_todays_as_long_as_that_is_ahead_and_ends_at_the_very_minute(window, bob, vm):
    zone = zone_where_it_is(10)
    here = window(bob, timezone_id=zone)
    here.press("book", vm)
    until(here, "18:00").check(force=True)
    expect(here.dialog.locator("[data-end]")).to_contain_text("today, 18:00")
    here.send()
    end = end_of(bob.vm(vm), zone)
    assert (end.hour, end.minute, end.second, end.microsecond) == (18, 0, 0, 0)
    assert end.date() == datetime.now(ZoneInfo(zone)).date()


def test_the_reader_chooses_it_in_the_account_and_it_stays(window, bob, make_vm):
    zone = zone_where_it_is(10)
    one, other = make_vm(), make_vm()
    here = window(bob, timezone_id=zone)
    set_day_end(here, "17:30")
    here.press("book", one)
    until(here, "17:30").check(force=True)
    here.send()
    here.go()
    here.press("book", other)
    until(here, "17:30").check(force=True)
    here.send()
    for vm in (one, other):
        assert end_of(bob.vm(vm), zone).strftime("%H:%M:%S") == "17:30:00"
    here.open_account()
    expect(here.field("clock.day_end")).to_have_value("17:30")


def test_what_was_chosen_does_not_become_tomorrows_while_the_dialog_is_open(window, bob, vm):
    zone = zone_where_it_is(10)
    here = window(bob, path=None, timezone_id=zone)
    here.page.clock.install()
    here.go().press("book", vm)
    until(here, "18:00").check(force=True)
    ahead = datetime.now(ZoneInfo(zone)).replace(hour=17, minute=57) - datetime.now(ZoneInfo(zone))
    here.page.clock.fast_forward(int(ahead.total_seconds()) * 1000)
    expect(until(here, "18:00")).to_be_checked()
    here.send()
    assert end_of(bob.vm(vm), zone).strftime("%H:%M:%S") == "18:00:00"


def test_after_the_end_of_the_day_it_is_tomorrows(window, bob, vm):
    zone = zone_where_it_is(20)
    here = window(bob, timezone_id=zone)
    here.press("book", vm)
    until(here, "... 18:00").check(force=True)
    here.send()
    end = end_of(bob.vm(vm), zone)
    assert (end.hour, end.minute) == (18, 0)
    assert end.date() == datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)


def test_what_is_further_than_a_booking_may_last_is_not_offered(window, start):
    server = start(inventory([machine("vm")]), LOADZONE_MAX_HOURS="8")
    bob = Person(server, "bob@example.com").sign_in()
    here = window(bob, at=server, timezone_id=zone_where_it_is(20))
    here.press("book", "vm")
    expect(here.choice(8)).to_be_visible()
    expect(here.dialog.get_by_role("radio", name=re.compile("^until"))).to_have_count(0)


def test_a_renewal_lasts_until_the_end_of_the_day_of_its_end(window, bob, vm):
    zone = zone_where_it_is(10)
    bob.book(vm, 1).raise_for_status()
    here = window(bob, timezone_id=zone)
    here.choose(vm, "act.renew")
    until(here, "18:00").check(force=True)
    here.send()
    assert end_of(bob.vm(vm), zone).strftime("%H:%M:%S") == "18:00:00"


def test_times_have_12_hours_if_the_reader_wants_that(window, bob, vm):
    zone = zone_where_it_is(10)
    bob.book(vm, 4).raise_for_status()
    here = window(bob, timezone_id=zone)
    end = end_of(bob.vm(vm), zone)
    expect(here.own_booking(vm)).to_contain_text(f"until {end:%H:%M}")
    here.open_account()
    expect(here.button("clock.24")).to_have_attribute("aria-pressed", "true")
    here.button("clock.12").click()
    expect(here.button("clock.12")).to_have_attribute("aria-pressed", "true")
    expect(here.field("clock.day_end").locator("option:checked")).to_have_text("6:00 pm")
    assert accessibility_violations(here) == []
    here.page.keyboard.press("Escape")
    expect(here.own_booking(vm)).to_contain_text(f"until {end.hour - 12}:{end:%M} pm")
    here.choose(vm, "act.renew")
    expect(until(here, "6:00 pm")).to_have_count(1)
    here.go()
    expect(here.own_booking(vm)).to_contain_text(f"until {end.hour - 12}:{end:%M} pm")


def test_a_browser_from_a_region_with_12_hours_has_them_in_english(window, bob, vm):
    zone = zone_where_it_is(10)
    bob.book(vm, 4).raise_for_status()
    end = end_of(bob.vm(vm), zone)
    for region, text in (("en-US", f"until {end.hour - 12}:{end:%M} pm"), ("en-GB", f"until {end:%H:%M}")):
        here = window(bob, timezone_id=zone, locale=region)
        expect(here.own_booking(vm)).to_contain_text(text)
