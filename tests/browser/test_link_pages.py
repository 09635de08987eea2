"""Pages that the server makes whole, behind the links of letters and for errors, show times in the reader's zone."""

import re
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.notifications.signed_links import SignedLinks
from support.answers import done
from support.inventory import inventory

KEY = "a key for tests alone, and for nothing else"
ZONE, IN_ZONE = "Asia/Yekaterinburg", timezone(timedelta(hours=5))


def link(action: str, vm: dict) -> str:
    """Return the path of the link of a letter about this booking."""
    since, until = (datetime.fromisoformat(vm[name].replace("Z", "+00:00")) for name in ("booked_at", "expires_at"))
    url = SignedLinks(KEY, "http://localhost").url(
        LinkTarget(action, vm["booked_by"], frozenset([mark_of(vm["id"], since, until)]))
    )
    return urlsplit(url).path


def written(end: str) -> re.Pattern:
    local = datetime.fromisoformat(end.replace("Z", "+00:00")).astimezone(IN_ZONE)
    return re.compile(rf"\b{local.day}\s\S+, {local:%H:%M}")


@pytest.fixture
def server(start):
    vms = [{"id": "vm-<1>", "group": None, "booked_by": None, "expires_at": None}]
    return start(inventory(vms), LOADZONE_SECRET_KEY=KEY, LOADZONE_MAX_AHEAD_HOURS="4")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_behind_a_link_tells_the_end_in_the_zone_of_the_reader(window, server, bob, language):
    vm = done(bob.book("vm-<1>", 2))
    here = window(language=language, timezone_id=ZONE, path=None)
    here.page.goto(server.url + link("renew", vm))
    text = here.page.locator("main p").first
    expect(text).to_contain_text(written(vm["expires_at"]))
    expect(text).to_contain_text("vm-<1>")
    expect(text).not_to_contain_text("UTC")
    expect(text.locator("time")).to_have_attribute("title", re.compile(r"\(UTC[+-]\d\d:\d\d\)$"))
    here.page.get_by_role("button").click()
    expect(text).to_contain_text(written(bob.vm("vm-<1>")["expires_at"]))
    assert bob.vm("vm-<1>")["expires_at"] > vm["expires_at"]


def test_an_error_behind_a_link_tells_times_in_the_zone_of_the_reader(window, server, bob):
    vm = done(bob.book("vm-<1>", 4))
    here = window(timezone_id=ZONE, path=None)
    here.page.goto(server.url + link("renew", vm))
    here.page.get_by_role("button").click()
    expect(here.page.locator("main p").nth(1)).to_contain_text("The latest possible end of a booking of vm-<1> is")
    time = here.page.locator("main time")
    expect(time).to_have_text(written(time.get_attribute("datetime")))
