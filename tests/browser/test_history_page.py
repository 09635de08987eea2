"""The history as a page, of one person, and in the machine's dialog: what it says, filters, live, troubles."""

import re

import pytest
from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.answers import done


def entries(here):
    """The entries that are seen, on the page or in the dialog."""
    return here.page.locator(".past li:visible")


def entry(here, text):
    return entries(here).filter(has_text=text)


def open_tab(here, vm):
    here.open_machine(vm)
    here.button("history.title").click()


def filter_field(here, key):
    return here.page.locator(".past-filters:visible").get_by_label(here.text(f"history.{key}"), exact=True)


@pytest.fixture
def used(alice, bob, make_vm):
    """Return a machine that bob had, that alice took from him, and that she edited."""
    vm = make_vm()
    done(bob.book(vm, 4, note=f"soak {vm}"))
    done(bob.renew(vm, 1))
    done(alice.cancel(vm, reason="needed for the release"))
    done(alice.edit_vm(vm, tags=["gpu"]))
    return vm


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_machines_dialog_tells_who_had_it_and_what_was_changed(window, bob, used, language):
    here = window(bob, language=language)
    open_tab(here, used)
    expect(here.dialog.get_by_role("heading", level=3)).to_have_text(
        re.compile(re.escape(here.text("history.today")[:5]))
    )
    booking = entry(here, f"soak {used}")
    expect(booking).to_contain_text(here.text("history.you"))
    expect(booking).to_contain_text(here.text("history.ended.force_released", who="alice"))
    expect(booking).to_contain_text("needed for the release")
    expect(booking.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d–\d\d:\d\d$"))
    expect(booking.locator("time")).to_have_attribute("title", re.compile(r"\d\d:\d\d:\d\d"))
    expect(entry(here, here.text("history.act.vm_edited"))).to_contain_text("gpu")
    expect(entry(here, here.text("history.act.vm_added"))).to_contain_text("alice")
    expect(entries(here)).to_have_count(4)  # with the renewal
    expect(here.dialog.locator(".past-foot")).to_contain_text(here.text("history.kept", n=400))
    assert accessibility_violations(here) == []


def test_a_booking_that_runs_is_an_entry_and_new_lines_appear(window, alice, bob, make_vm):
    vm = make_vm()
    here = window(bob)
    open_tab(here, vm)
    expect(entries(here)).to_have_count(1)
    done(alice.book(vm, 2))
    expect(entry(here, here.text("history.ended.still"))).to_contain_text("alice")
    expect(entry(here, "alice").first.locator("time")).to_have_text(re.compile("^since "))
    done(alice.cancel(vm))
    expect(entry(here, here.text("history.ended.still"))).to_have_count(0)
    expect(entries(here).first).to_contain_text("early")


def test_the_details_are_still_there(window, bob, used):
    here = window(bob)
    open_tab(here, used)
    expect(here.button("act.book")).to_be_hidden()
    here.button("history.details").click()
    expect(here.button("act.book")).to_be_visible()
    expect(entries(here)).to_have_count(0)


def test_filters_of_the_dialog(window, bob, used):
    here = window(bob)
    open_tab(here, used)
    expect(entries(here)).to_have_count(4)
    filter_field(here, "kind").select_option("machines")
    expect(entries(here)).to_have_count(2)
    assert "action=vm_added" in here.dialog.locator("[data-csv]").get_attribute("href")
    filter_field(here, "kind").select_option("")
    filter_field(here, "person").fill(bob.email)
    filter_field(here, "person").press("Enter")
    expect(entry(here, f"soak {used}")).to_be_visible()
    expect(entry(here, here.text("history.act.vm_edited"))).to_have_count(0)
    filter_field(here, "to").fill("2020-01-01")
    expect(here.dialog.get_by_text(here.text("history.none_found"))).to_be_visible()


def test_a_persons_page_has_machines_in_the_place_of_names(window, alice, bob, used):
    here = window(alice)
    open_tab(here, used)
    here.dialog.get_by_role("link", name="bob", exact=True).first.click()
    expect(here.dialogs).to_have_count(0)
    expect(here.page).to_have_url(re.compile(r"\?view=history&person=bob%40example\.com$"))
    expect(here.page.get_by_role("heading", level=1)).to_have_text(here.text("history.of", who="bob"))
    expect(entry(here, f"soak {used}")).to_contain_text(used)
    expect(entry(here, f"soak {used}").get_by_role("link", name="bob")).to_have_count(0)
    entry(here, f"soak {used}").get_by_role("button", name=used).click()
    expect(here.dialog.get_by_role("heading", name=used, exact=True)).to_be_visible()


def test_a_name_alone_is_somebody_of_the_own_domain(window, alice, used):
    here = window(alice, path="/?view=history&person=bob")
    expect(entry(here, f"soak {used}")).to_be_visible()


def test_the_own_history_is_found_in_the_account(window, bob, used):
    here = window(bob)
    here.open_account()
    here.dialog.get_by_role("link", name=here.text("history.mine")).click()
    expect(here.page.get_by_role("heading", level=1)).to_have_text(here.text("history.of", who="bob"))
    expect(entry(here, f"soak {used}")).to_be_visible()


def test_an_admin_finds_the_history_of_a_person_among_the_people(window, alice, bob, used):
    here = window(alice)
    here.choose_in_account("users.title")
    here.dialog.get_by_role("link", name=f"{here.text('history.title')}: {bob.email}", exact=True).click()
    expect(entry(here, f"soak {used}")).to_be_visible()


def test_every_filter_is_in_the_address(window, alice, bob, used, make_group):
    group = make_group(used)
    here = window(alice, path="/?view=history")
    filter_field(here, "machine").fill(used)
    expect(here.page).to_have_url(re.compile(f"machine={used}"))
    filter_field(here, "person").fill(bob.email)
    filter_field(here, "kind").select_option("bookings")
    here.search.fill(f"soak {used}")
    expect(here.page).to_have_url(re.compile(rf"q=soak\+{used}"))
    here.page.locator(f"[data-group-filter='{group}']").click()
    filter_field(here, "from").fill("2020-01-01")
    filter_field(here, "to").fill("2020-01-31")
    expect(here.page.get_by_text(here.text("history.none_found"))).to_be_visible()
    address = here.page.url
    for part in (
        f"machine={used}",
        "person=bob",
        "action=bookings",
        f"q=soak+{used}",
        f"group={group}",
        "from=2020-01-01",
    ):
        assert part in address, part
    other = window(alice, path=address.removeprefix(here.server.url))
    expect(filter_field(other, "machine")).to_have_value(used)
    expect(filter_field(other, "person")).to_have_value(bob.email)
    expect(filter_field(other, "kind")).to_have_value("bookings")
    expect(filter_field(other, "from")).to_have_value("2020-01-01")
    expect(other.search).to_have_value(f"soak {used}")
    expect(other.page.get_by_text(other.text("history.none_found"))).to_be_visible()
    for name in "from", "to":
        filter_field(other, name).fill("")
    other.page.locator("[data-group-filter='']").click()
    expect(entry(other, f"soak {used}")).to_be_visible()
    other.page.go_back()
    expect(other.page).to_have_url(re.compile(f"group={group}"))


def test_members_see_machines_and_admins_also_people(window, alice, bob, used):
    admins, members = (window(person, path="/?view=history") for person in (alice, bob))
    for here in admins, members:
        expect(entry(here, f"soak {used}").first).to_be_visible()
    expect(entry(admins, re.compile("signed in")).first).to_be_visible()
    expect(entry(members, re.compile("signed in"))).to_have_count(0)


def test_earlier_entries_come_on_demand(window, alice, make_vm):
    vm = make_vm()
    for number in range(60):
        done(alice.edit_vm(vm, description=f"number {number}"))
        done(alice.edit_vm(vm, tags=[f"tag-{number}"]))
    here = window(alice, path=f"/?view=history&machine={vm}")
    expect(entries(here)).to_have_count(100)
    expect(entry(here, here.text("history.act.vm_added"))).to_have_count(0)
    here.page.get_by_role("button", name=here.text("history.earlier")).click()
    expect(entries(here)).to_have_count(121)
    expect(entry(here, here.text("history.act.vm_added"))).to_have_count(1)
    expect(here.page.get_by_role("button", name=here.text("history.earlier"))).to_be_hidden()


def test_what_cannot_be_loaded_says_so_and_can_be_tried_again(window, bob, used):
    here = window(bob, path=None)
    here.may_lose_connection = True
    here.page.route("**/history?*", lambda route: route.abort("connectionreset"))
    here.go(f"/?view=history&machine={used}")
    expect(here.page.get_by_text(here.text("history.failed"))).to_be_visible()
    expect(here.page.locator(".past-list .spinner")).to_have_count(0)
    here.page.unroute_all()
    here.page.get_by_role("button", name=here.text("history.again")).click()
    expect(entry(here, f"soak {used}")).to_be_visible()
    expect(here.page.get_by_text(here.text("history.failed"))).to_have_count(0)


def test_an_unknown_kind_of_a_newer_server_is_shown_as_it_is(window, bob, used):
    here = window(bob, path=None)

    def newer(route):
        answer = route.fetch().json()
        line = {**answer["history"][0], "action": "vm_painted", "changed": {"colour": ["red", "blue"]}, "reason": "why"}
        route.fulfill(json={**answer, "history": [{**line, "id": line["id"] + 1}, *answer["history"]], "more": 1})

    here.page.route("**/history?*", newer)
    here.go(f"/?view=history&machine={used}")
    expect(entry(here, "vm_painted")).to_contain_text("colour: red → blue")
    expect(entry(here, f"soak {used}")).to_be_visible()


def test_half_a_name_is_not_searched_for(window, bob, used):
    here = window(bob, path="/?view=history")
    expect(entries(here).first).to_be_visible()
    filter_field(here, "machine").press_sequentially("nev")
    here.page.wait_for_timeout(600)
    expect(here.page.locator(".past-error")).to_have_count(0)
    filter_field(here, "machine").press("Enter")
    expect(here.page.locator(".past-error")).to_contain_text("nev")
    filter_field(here, "machine").fill("")
    expect(here.page.locator(".past-error")).to_have_count(0)
    expect(here.page).to_have_url(re.compile(r"/\?view=history$"))


def test_a_machine_that_never_was_is_told(window, bob):
    here = window(bob, path="/?view=history&machine=never-there")
    expect(here.page.locator(".past-error")).to_contain_text("never-there")


def test_the_file_has_what_is_shown(window, bob, used):
    here = window(bob, path=f"/?view=history&machine={used}&action=machines")
    expect(entries(here)).to_have_count(2)
    with here.page.expect_download() as download:
        here.page.locator("#view [data-csv]").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 3
    assert used in text


@pytest.mark.parametrize("width", [320, 768, 2560])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_it_fits_at_every_width_and_nothing_is_wrong_with_it(window, alice, used, language, width):
    here = window(alice, path="/?view=history", language=language)
    expect(entry(here, used).first).to_be_visible()
    here.page.set_viewport_size({"width": width, "height": 700})
    assert not here.scrolls_sideways()
    for theme in "light", "dark":
        here.page.emulate_media(color_scheme=theme)
        assert accessibility_violations(here) == []
    here.page.emulate_media(forced_colors="active")
    assert accessibility_violations(here, rules=("target-size", "aria-allowed-attr")) == []


def test_on_paper_filters_and_buttons_are_left_out(window, bob, used):
    here = window(bob, path=f"/?view=history&machine={used}")
    expect(entry(here, f"soak {used}")).to_be_visible()
    here.page.emulate_media(media="print")
    expect(here.page.locator(".past-filters")).to_be_hidden()
    expect(here.page.locator("#pages")).to_be_hidden()
    expect(entry(here, f"soak {used}")).to_be_visible()


def test_without_a_connection_entries_stay_and_new_ones_come_after_it(window, alice, bob, used):
    here = window(bob, path=f"/?view=history&machine={used}")
    here.may_lose_connection = True
    expect(entries(here)).to_have_count(4)
    here.context.set_offline(True)
    expect(here.offline_banner).to_be_visible()
    done(alice.edit_vm(used, description="changed meanwhile"))
    expect(entry(here, f"soak {used}")).to_be_visible()
    here.context.set_offline(False)
    expect(entry(here, "changed meanwhile")).to_be_visible()
    expect(here.page.get_by_text(here.text("history.failed"))).to_have_count(0)
