"""Pages that the server makes whole, behind the links of letters and for errors, show times in the reader's zone."""

import re
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.notifications.signed_links import SignedLinks
from support.answers import done
from support.gateway import Gateway
from support.inventory import inventory, machine, moment
from support.waiting import eventually

KEY = "a key for tests alone, and for nothing else"
ZONE, IN_ZONE = "Asia/Yekaterinburg", timezone(timedelta(hours=5))


def link(action: str, *vms: dict) -> str:
    """Return the path of the link of a letter about these bookings."""
    marks = [mark_of(vm["id"], *(moment(vm[name]) for name in ("booked_at", "expires_at"))) for vm in vms]
    target = LinkTarget(action, vms[0]["booked_by"], frozenset(marks))
    return urlsplit(SignedLinks(KEY, "http://localhost").url(target)).path


def written(end: str) -> re.Pattern:
    local = datetime.fromisoformat(end.replace("Z", "+00:00")).astimezone(IN_ZONE)
    return re.compile(rf"\b{local.day}\s\S+, {local:%H:%M}")


@pytest.fixture
def server(start):
    return start(
        inventory([machine("vm-<1>"), machine("vm-2"), machine("vm-3")]),
        LOADZONE_SECRET_KEY=KEY,
        LOADZONE_MAX_AHEAD_HOURS="4",
    )


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


@pytest.mark.parametrize("action", ["renew", "release"])
def test_a_double_click_does_what_a_click_does_and_says_so(window, server, bob, action):
    """On a line that is slow: the second click comes before the answer to the first."""
    path = link(action, done(bob.book("vm-2", 1)))
    here = window(path=None)
    with Gateway(server.url.removeprefix("http://")) as gateway:
        gateway.stall = f"POST {path}"
        here.page.goto(gateway.url + path)
        box = here.page.get_by_role("button").bounding_box()
        place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        here.page.mouse.click(*place)
        eventually(lambda: len(bob.actions("vm-2")) == 2)
        here.page.mouse.click(*place)
        gateway.go_on.set()
        expect(here.page.locator("h1")).to_have_text("Done")
    assert bob.actions("vm-2") == ["book", {"renew": "renew", "release": "cancel"}[action]]


@pytest.mark.parametrize("action", ["renew", "release"])
def test_a_long_name_stays_within_the_page_on_a_phone(window, server, alice, bob, action):
    name = "w" * 64
    done(alice.add_vm(name), 201)
    here = window(path=None, viewport={"width": 320, "height": 640})
    here.page.goto(server.url + link(action, done(bob.book(name))))
    boxes = [here.page.locator(place).bounding_box() for place in ("main", "h1", "main button")]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes), boxes
    assert here.page.evaluate("document.documentElement.scrollWidth") == 320


def test_what_the_rules_refuse_is_not_offered_and_told_in_the_zone_of_the_reader(window, server, bob):
    vm = done(bob.book("vm-<1>", 4))
    here = window(timezone_id=ZONE, path=None)
    here.page.goto(server.url + link("renew", vm))
    expect(here.page.get_by_role("heading")).to_have_text("This is not possible now")
    expect(here.page.locator("main p").first).to_contain_text("The latest possible end of a booking of vm-<1> is")
    time = here.page.locator("main time")
    expect(time).to_have_text(written(time.get_attribute("datetime")))
    expect(here.page.get_by_role("button")).to_have_count(0)
    here.page.locator("main .button").click()
    expect(here.dialog.get_by_role("heading", name="vm-<1>", exact=True)).to_be_visible()


def test_of_several_machines_those_that_the_rules_refuse_are_named_and_the_others_offered(window, server, bob):
    vms = [done(bob.book("vm-<1>", 4)), done(bob.book("vm-2", 2))]
    here = window(path=None)
    here.page.goto(server.url + link("renew", *vms))
    expect(here.page.get_by_role("heading")).to_have_text("Renew vm-2")
    expect(here.page.locator("main li")).to_contain_text(["vm-<1>: The latest possible end"])
    here.page.get_by_role("button").click()
    expect(here.page.get_by_role("heading")).to_have_text("Partly done")
    assert [bob.vm(vm["id"])["expires_at"] > vm["expires_at"] for vm in vms] == [False, True]


def test_the_page_about_several_machines_lists_them_and_names_what_changed_meanwhile(window, server, bob):
    names = ["vm-<1>", "vm-2", "vm-3"]
    vms = done(bob.post("/book", {"vm_ids": names, "hours": 2}))["vms"]
    here = window(path=None)
    here.page.goto(server.url + link("release", *vms))
    items = here.page.locator("main li")
    expect(items).to_contain_text(names)
    expect(here.page.locator("main ul")).to_have_css("list-style-type", "disc")
    done(bob.cancel("vm-<1>"))
    here.page.get_by_role("button").click()
    expect(here.page.get_by_role("heading")).to_have_text("Partly done")
    expect(items).to_have_text(names)
    expect(here.page.locator("main p").first).to_contain_text("These have changed")
