"""The page in this machine's Chromium, in Chromium 109 and in Firefox. Most other tests run in the headless shell.

What the other promised browsers lack is found by test_compat.py.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from browser import browsers
from browser.machines import inventory
from browser.profiles import Profiles
from browser.queues import hold
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

GROUPS = ("Production", "Staging")
LONG = "build-of-the-northern-data-centre-{}"
DIALOG_WIDTH = "document.querySelector('dialog').getBoundingClientRect().right"  # beside a scrollbar, if there is one
BACKDROP = "getComputedStyle(document.querySelector('dialog'), '::backdrop').backgroundColor"
COLOURS = """() => {
  const probe = document.body.appendChild(document.createElement("p"));
  const inside = ({cssRules, cssText}) => cssRules?.length ? [...cssRules].flatMap(inside) : [cssText];
  const names = [...document.styleSheets].flatMap(inside)
    .flatMap((text) => [...text.matchAll(/(--[a-z-]+): *var\\(--light/g)].map(([, name]) => name));
  const colours = Object.fromEntries(names.map((name) => {
    probe.style.color = `var(${name})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return colours;
}"""


@pytest.fixture(scope="module", params=["chromium", "chromium_109", "firefox"])
def browser(request, playwright, tmp_path_factory) -> Browser:
    if request.param == "firefox":
        started = browsers.firefox(playwright, tmp_path_factory.mktemp("firefox"))
    elif request.param == "chromium_109":
        started = browsers.chromium_109(playwright)
    else:
        started = browsers.chromium(playwright)
    yield started
    started.close()


@pytest.fixture(scope="module")
def profiles(browser) -> Profiles:
    return Profiles(browser)


@pytest.fixture
def window(window) -> Callable:
    """Open windows with new profiles: an old one is emptied in a way that only Chromium knows."""
    return lambda person=None, **options: window(person, fresh=True, **options)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("browsers"), inventory(24, GROUPS, name=LONG)) as server:
        yield server


def test_sign_in_search_book_renew_release_and_undo(window, start):
    server = start(inventory(24, GROUPS, name=LONG), LOADZONE_AUTH="code")
    here = window(at=server)
    here.sign_in_button.click()
    here.field("sign_in.email").fill("dan@example.com")
    here.page.keyboard.press("Enter")
    here.field("sign_in.code").fill(server.newest_code("dan@example.com"))
    expect(here.dialogs).to_have_count(0)
    expect(here.toast("dan@example.com")).to_be_visible()

    vm = LONG.format(7)
    here.page.keyboard.press("/")
    here.page.keyboard.type(vm)
    expect(here.cards).to_have_count(1)
    expect(here.page).to_have_url(f"{server.url}/?q={vm}")
    here.press("book", vm)
    here.field("book.what_for").fill("soak")
    here.page.keyboard.press("Enter")
    expect(here.own_booking(vm)).to_contain_text("soak")

    here.own_booking(vm).locator("[data-action=renew]").click()
    here.send()
    here.own_booking(vm).locator("[data-action=release]").click()
    here.toast(vm).get_by_role("button", name=here.text("act.undo")).click()
    expect(here.own_booking(vm)).to_be_visible()
    here.page.reload()
    expect(here.search).to_have_value(vm)
    here.own_booking(vm).locator("[data-action=release]").click()
    expect(here.own_booking(vm)).to_have_count(0)


def test_changes_arrive_and_toasts_stand_above_a_dialog(window, server):
    bob, carol = (Person(server, f"{name}@example.com").sign_in() for name in ("bob", "carol"))
    vm, other = LONG.format(1), LONG.format(3)
    here = window(bob)
    here.press("book", vm)
    done(carol.book(other, 5))
    expect(here.toast(f"{carol.email} booked {other}")).to_be_visible()
    here.toast(carol.email).click()  # refused if the dialog or what dims the page were above it
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)
    expect(here.card(other)).to_contain_text("carol")
    done(carol.cancel(other))
    expect(here.card(other)).to_contain_text(here.text("state.free"))
    hold(vm, for_=bob, by=carol)
    expect(here.own_booking(vm)).to_contain_text(here.text("state.turn"))
    done(bob.post("/queue/leave", {"vm_id": vm}))


def test_filters_are_in_the_address_and_the_back_button_works(window, server):
    here = window(Person(server, "bob@example.com").sign_in())
    here.page.locator("#chips").get_by_role("button", name=re.compile(f"^{here.text('show.free')}")).click()
    expect(here.page).to_have_url(re.compile(r"\?show=free$"))
    here.page.locator("#groups").get_by_role("button", name=re.compile("^Staging")).click()
    expect(here.page).to_have_url(re.compile(r"\?group=2&show=free$"))
    expect(here.cards).to_have_count(12)
    here.page.go_back()
    expect(here.cards).to_have_count(24)
    here.page.go_back()
    expect(here.page).to_have_url(f"{server.url}/")


def test_the_keyboard_reaches_everything_and_the_focus_returns(window, server):
    bob = Person(server, "bob@example.com").sign_in()
    vm = LONG.format(5)
    done(bob.book(vm, 3))
    here = window(bob)
    press = here.page.keyboard.press
    press("Tab")
    press("Enter")  # the skip link
    press("ArrowDown")
    expect(here.card(LONG.format(0)).locator(".name")).to_be_focused()
    press("ArrowRight")
    press("Enter")
    expect(here.dialog.get_by_role("heading", name=LONG.format(2))).to_be_visible()
    press("Escape")
    expect(here.card(LONG.format(2)).locator(".name")).to_be_focused()

    here.card(vm).locator(".name").focus()
    press("ArrowRight")
    press("ArrowLeft")
    hint = here.page.locator("#exact-end")
    expect(hint).to_be_visible()
    assert hint.bounding_box()["y"] != here.card(vm).bounding_box()["y"]
    press("Escape")
    expect(hint).to_be_hidden()
    # Two pieces on the screen, one name for screen readers
    expect(here.card(vm).get_by_role("button", name=vm, exact=True)).to_have_accessible_name(vm)
    done(bob.cancel(vm))


def test_every_colour_has_a_light_and_a_dark_value(window, server):
    here = window(Person(server, "bob@example.com").sign_in())
    theme = here.page.get_by_role("button", name=here.text("theme.switch"))
    expect(here.cards).to_have_count(24)
    if here.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
        theme.click()
    colours = {}
    for wanted in "light", "dark":
        if wanted == "dark":
            theme.click()
            expect(here.page.locator("html")).to_have_attribute("data-theme", "dark")
        colours[wanted] = here.page.evaluate(COLOURS)
        assert (brightness(here.style("body", "backgroundColor")) > 600) is (wanted == "light")
        here.press("book", LONG.format(9))
        expect(here.dialogs).to_have_count(1)
        assert here.page.evaluate(BACKDROP) == {"light": "rgba(20, 30, 45, 0.38)", "dark": "rgba(0, 0, 0, 0.6)"}[wanted]
        here.page.keyboard.press("Escape")
    light, dark = colours["light"], colours["dark"]
    assert len(light) >= 30
    assert [name for name in light if light[name] == dark[name]] == []


def test_an_admin_adds_edits_groups_takes_out_of_service_and_deletes(window, server):
    here = window(Person(server, ADMIN).sign_in())
    here.page.locator("#groups").get_by_role("button", name=here.text("vm.add")).click()
    here.field("vm.id").fill("vm-new")
    here.send()
    here.choose("vm-new", "act.edit-vm")
    here.field("fact.external_ip").fill("10.1.2.3")
    here.send()
    expect(here.card("vm-new")).to_contain_text("10.1.2.3")
    here.choose("vm-new", "act.out-of-service")
    here.field("maintenance.reason").fill("new disk")
    here.send()
    expect(here.card("vm-new")).to_contain_text("new disk")
    here.page.locator("#groups").get_by_role("button", name=here.text("group.create")).click()
    here.field("group.name").fill("Rack")
    here.dialog.get_by_label("vm-new").check()
    here.send()
    expect(here.section("Rack").locator(here.card("vm-new"))).to_be_visible()
    here.section("Rack").locator("[data-action=delete-group]").click()
    here.send()
    here.choose("vm-new", "act.delete")
    here.send()
    expect(here.card("vm-new")).to_have_count(0)


def test_several_machines_are_booked_and_released_in_the_list(window, server):
    here = window(Person(server, "erin@example.com").sign_in())
    here.page.get_by_role("button", name=here.text("view.list")).click()
    here.page.locator(".column-headers .name button").click()
    first, *_, last = here.page.locator("#sections .card .name").all_text_contents()
    assert (first, last) == (LONG.format(22), LONG.format(1))  # in each group the last comes first now
    for number in 20, 21:
        here.card(LONG.format(number)).get_by_role("checkbox", name=LONG.format(number)).check()
    here.page.locator(".bulk-bar [data-bulk-action=book]").click()
    here.send()
    expect(here.page.locator("#own-machines .own-booking")).to_have_count(2)
    for number in 20, 21:
        here.card(LONG.format(number)).get_by_role("checkbox").check()
    here.page.locator(".bulk-bar [data-bulk-action=release]").click()
    here.send()
    expect(here.page.locator("#own-machines")).to_be_hidden()
    expect(here.page.locator("#board")).to_be_focused()


def test_groups_that_are_not_drawn_yet_take_their_room(window, start):
    server = start(inventory(600, tuple(f"Rack {number}" for number in range(12))))
    here = window(at=server)
    expect(here.cards).to_have_count(600)
    height = "document.documentElement.scrollHeight"
    before = here.page.evaluate(height)
    here.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(here.card("server-599").locator(".action")).to_be_visible()
    assert abs(here.page.evaluate(height) - before) < 50


def test_the_page_fits_a_phone(window, server):
    here = window(Person(server, ADMIN).sign_in(), viewport={"width": 320, "height": 640})
    expect(here.cards).to_have_count(24)
    assert not here.scrolls_sideways()
    here.press("book", LONG.format(11))
    expect(here.dialogs).to_have_count(1)
    assert here.page.evaluate(DIALOG_WIDTH) <= here.page.evaluate("document.documentElement.clientWidth")
    assert not here.scrolls_sideways()
    here.send()
    here.own_booking(LONG.format(11)).locator(".name").click()
    here.dialog.locator("[data-action=release]").click()
    expect(here.page.locator("#own-machines")).to_be_hidden()


def test_the_description_of_the_api_opens(window, server):
    here = window(path=None)
    here.page.goto(f"{server.url}/docs")
    expect(here.page.locator(".opblock").first).to_be_visible()


def brightness(colour: str) -> int:
    return sum(int(part) for part in colour.strip("rgb()").split(","))


def test_the_usage_page_opens(window, server):
    here = window(Person(server).sign_in(), path="/?view=usage")
    expect(here.page.locator(".usage-body:not([aria-busy])")).to_have_count(1)
    expect(here.page.locator(".usage-note.failed")).to_have_count(0)
    assert not here.scrolls_sideways()


def test_the_history_opens_as_a_page_and_in_the_machines_dialog(window, server):
    person = Person(server).sign_in()
    vm = LONG.format(12)
    done(person.book(vm, note=f"looked at {vm}"))
    done(person.cancel(vm))
    here = window(person, path="/?view=history")
    expect(here.page.locator(".past li", has_text=f"looked at {vm}").first).to_be_visible()
    assert not here.scrolls_sideways()
    here.page.locator(".past li", has_text=f"looked at {vm}").first.get_by_role("button", name=vm).click()
    here.button("history.title").click()
    expect(here.dialog.locator(".past li", has_text=f"looked at {vm}").first).to_be_visible()
