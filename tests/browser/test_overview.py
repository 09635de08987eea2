"""An overview at a glance: the title and icon of the tab, own bookings at the top, folded groups."""

import re

import pytest
import requests
from playwright.sync_api import expect

from browser.machines import starter
from support.answers import done
from support.people import Person
from support.server import running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("overview"), starter()) as server:
        yield server


def test_the_tab_shows_the_most_urgent_of_the_own_bookings(window, newcomer, server):
    here = window(newcomer)
    expect(here.page).to_have_title("LoadZone")
    done(newcomer.book("server-01", 5))
    done(newcomer.book("stage-01", 2))
    expect(here.page).to_have_title(re.compile(r"^(2 h|1 h 59 min) · stage-01"))
    icon = here.page.locator('link[rel="icon"]')
    before = icon.get_attribute("href")
    done(newcomer.book("build-01", 0.25))
    expect(here.page).to_have_title(re.compile("min · build-01"))
    expect(icon).not_to_have_attribute("href", before)
    assert requests.get(server.url + icon.get_attribute("href"), timeout=10).ok

    own_names = here.page.locator("#own-machines .own-booking .name").all_inner_texts()
    assert own_names == ["build-01", "stage-01", "server-01"]
    for vm_id in "server-01", "stage-01", "build-01":
        done(newcomer.cancel(vm_id))
    expect(here.page).to_have_title("LoadZone")
    expect(icon).to_have_attribute("href", before)


def test_the_state_is_shown_by_word_and_shape_as_well_as_by_colour(window, newcomer, bob):
    done(bob.book("server-02", 5))
    done(newcomer.book("server-03", 5))
    done(newcomer.book("server-04", 0.25))
    here = window(newcomer)
    shapes = [
        here.card(vm_id).locator(".state-icon use").get_attribute("href")
        for vm_id in ("server-01", "server-02", "server-03", "server-04")
    ]
    assert len(set(shapes)) == 4
    for vm_id, word in ("server-01", "Free"), ("server-02", "Booked by"), ("server-03", "Mine"), ("server-04", "Mine"):
        expect(here.card(vm_id)).to_contain_text(word)
    for person, vm_id in (bob, "server-02"), (newcomer, "server-03"), (newcomer, "server-04"):
        done(person.cancel(vm_id))


def test_the_exact_end_with_its_zone_is_shown_on_hover(window, bob):
    done(bob.book("gpu-01", 5))
    here = window(bob, timezone_id="Asia/Yekaterinburg")
    expect(here.own_booking("gpu-01").locator("[title*='GMT+05:00']").first).to_be_visible()
    done(bob.cancel("gpu-01"))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_exact_end_with_its_zone_is_shown_at_the_keyboard_focus(window, bob, language):
    done(bob.book("gpu-01", 5))
    here = window(bob, timezone_id="Asia/Yekaterinburg", language=language)
    hint = here.page.locator("#exact-end")
    here.search.focus()
    here.card("gpu-01").locator(".name").focus()
    expect(hint).to_be_visible()
    expect(hint).to_contain_text("GMT+05:00")
    expect(here.card("gpu-01").locator(".name")).to_have_accessible_description(re.compile(r"GMT\+05:00"))
    here.page.keyboard.press("Escape")
    expect(hint).to_be_hidden()
    here.card("build-02").locator(".name").focus()  # free: it has no end
    expect(hint).to_be_hidden()
    here.card("gpu-01").locator(".name").focus()
    expect(hint).to_be_visible()
    done(bob.cancel("gpu-01"))
    expect(hint).to_be_hidden()  # free again


def test_the_pointer_does_not_show_the_hint_for_the_keyboard(window, bob):
    done(bob.book("gpu-01", 5))
    here = window(bob)
    here.own_booking("gpu-01").locator(".name").click()
    expect(here.dialog).to_be_visible()
    expect(here.page.locator("#exact-end")).to_be_hidden()
    done(bob.cancel("gpu-01"))


def test_a_folded_group_stays_folded(window, bob):
    here = window(bob)
    fold = here.section("Staging").get_by_role("button", name="Staging", exact=True)
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(here.card("stage-01")).to_be_hidden()
    expect(here.section("Staging")).to_contain_text("3 free of 3")
    here.go()
    expect(here.card("stage-01")).to_be_hidden()
    expect(here.card("server-01")).to_be_visible()
    fold.click()
    expect(here.card("stage-01")).to_be_visible()
    here.go()
    expect(here.card("stage-01")).to_be_visible()


def test_a_booking_that_ends_disappears_from_the_top_by_itself(window, server):
    carol = Person(server, "carol@example.com").sign_in()
    here = window(carol)
    done(carol.book("sandbox-01", 6 / 3600))
    expect(here.own_booking("sandbox-01")).to_be_visible()
    expect(here.own_booking("sandbox-01")).to_have_count(0)
    expect(here.card("sandbox-01")).to_contain_text("Free")
    expect(here.toast("the booking of carol@example.com has ended")).to_be_visible()
