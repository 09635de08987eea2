"""Several machines at once: selected by checkbox, range, key or filter. One call acts on all of them or on none."""

import re

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from browser.selection import action_button, bar, calls_to, select, selected
from support.answers import done
from support.people import WITH_JANITOR, Person, cleared
from support.server import ADMIN, running

OBSTACLE = "[data-obstacle]"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running(tmp_path_factory.mktemp("bulk"), starter(), LOADZONE_ADMINS=WITH_JANITOR) as server:
        yield server


@pytest.fixture
def server(served):
    return cleared(served)


def test_several_are_booked_renewed_and_released_each_by_one_call(window, bob):
    here = window(bob)
    made = {path: calls_to(here, path) for path in ("/book", "/renew", "/cancel")}
    trio = ["server-01", "stage-02", "gpu-01"]
    select(here, *trio)
    expect(bar(here).get_by_role("status")).to_have_text(here.text("bulk.chosen", n=3))
    action_button(here, "book").click()
    here.choice(2).click(force=True)
    here.field("book.what_for").fill("soak")
    here.send()
    for vm_id in trio:
        expect(here.own_booking(vm_id)).to_contain_text("soak")
    expect(bar(here)).to_be_hidden()
    assert [made["/book"], made["/renew"]] == [[{"vm_ids": trio, "hours": 2, "note": "soak"}], []]

    select(here, *trio)
    action_button(here, "renew").click()
    here.choice(1).click(force=True)
    here.send()
    expect(here.own_booking("gpu-01")).to_contain_text(re.compile("3 h|2 h 59 min"))
    select(here, *trio)
    action_button(here, "release").click()
    expect(here.dialog).to_contain_text("stage-02")
    here.send()
    expect(here.page.locator("#own-machines .own-booking")).to_have_count(0)
    assert [len(made[path]) for path in made] == [1, 1, 1]
    assert made["/cancel"][0]["vm_ids"] == trio
    expect(here.toast(re.compile("^bob@"))).to_have_count(0)


def test_ranges_follow_the_order_shown_and_all_means_what_the_filter_shows(window, bob):
    here = window(bob)
    select(here, "server-03")
    here.card("stage-01").get_by_role("checkbox").click(modifiers=["Shift"])
    assert selected(here) == ["server-03", "server-04", "stage-01"]
    here.card("stage-03").click(modifiers=["Control"], position={"x": 100, "y": 45})
    here.card("server-04").click(position={"x": 110, "y": 45})
    assert selected(here) == ["server-03", "stage-01", "stage-03"]

    here.search.fill("build")
    expect(bar(here)).to_contain_text(here.text("bulk.away", n=3))
    bar(here).get_by_role("button", name=here.text("bulk.all", n=3)).click()
    expect(bar(here)).to_contain_text(here.text("bulk.chosen", n=6))
    here.search.fill("")
    expect(bar(here)).not_to_contain_text(here.text("bulk.away", n=3))
    bar(here).get_by_role("button", name=here.text("bulk.all", n=12)).click()
    assert len(selected(here)) == 12
    bar(here).get_by_role("button", name=here.text("bulk.none")).first.click()
    expect(bar(here)).to_be_hidden()
    assert selected(here) == []


@pytest.mark.parametrize("layout", ["", "Russian"])
def test_selecting_works_by_keyboard(window, bob, layout):
    here = window(bob)
    x, a, b = [("ч", "KeyX"), ("ф", "KeyA"), ("и", "KeyB")] if layout else [("x", "KeyX"), ("a", "KeyA"), ("b", "KeyB")]

    def press(key: tuple[str, str], **more: bool) -> None:
        dispatch = "(node, init) => node.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}))"
        here.page.locator(":focus").evaluate(dispatch, {"key": key[0], "code": key[1], **more})

    here.card("stage-01").locator(".name").focus()
    press(x)
    assert selected(here) == ["stage-01"]
    here.page.keyboard.press("ArrowRight")
    here.page.keyboard.press("ArrowRight")
    press(x, shiftKey=True)
    assert selected(here) == ["stage-01", "stage-02", "stage-03"]
    press(x)
    assert selected(here) == ["stage-01", "stage-02"]
    press(b)
    expect(action_button(here, "book")).to_be_focused()
    here.page.keyboard.press("Escape")
    expect(bar(here)).to_be_hidden()
    expect(here.card("stage-03").locator(".name")).to_be_focused()
    press(a)
    assert len(selected(here)) == 12
    press(a)
    assert selected(here) == []
    here.page.locator(":focus").evaluate("node => node.blur()")
    here.page.locator("body").evaluate(
        "(node, init) => node.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}))",
        {"key": a[0], "code": a[1]},
    )
    assert len(selected(here)) == 12
    here.page.keyboard.press("Escape")
    here.page.locator("#account button").first.focus()
    press(a)
    assert len(selected(here)) == 12
    here.page.keyboard.press("Escape")
    here.search.focus()
    here.page.keyboard.type("xab")
    expect(here.search).to_have_value("xab")
    assert selected(here) == []


def test_an_action_that_does_not_apply_to_all_says_why_and_follows_changes(window, bob, carol):
    here = window(bob)
    select(here, "server-01", "server-02")
    expect(action_button(here, "book")).to_have_attribute("aria-disabled", "false")
    done(carol.book("server-02", 1))
    expect(action_button(here, "book")).to_have_attribute("aria-disabled", "true")
    expect(action_button(here, "book")).to_have_attribute(
        "title", re.compile("^server-02 is booked by carol@example.com")
    )
    action_button(here, "book").click(force=True)
    expect(here.toast("server-02 is booked by carol@example.com")).to_be_visible()
    expect(here.dialogs).to_have_count(0)
    expect(action_button(here, "renew")).to_have_attribute("title", here.text("bulk.not_booked", vm="server-01"))
    for kind in "edit", "delete":
        expect(action_button(here, kind)).to_have_count(0)
    done(carol.cancel("server-02"))
    expect(action_button(here, "book")).to_have_attribute("aria-disabled", "false")


def test_a_deleted_machine_leaves_the_selection(window, alice, bob, make_vm):
    first, second = make_vm(), make_vm()
    here = window(bob)
    select(here, first, second)
    done(alice.delete_vm(second))
    expect(bar(here).get_by_role("status")).to_have_text(here.text("bulk.chosen", n=1))
    done(alice.delete_vm(first))
    expect(bar(here)).to_be_hidden()


def test_an_open_dialog_shows_which_machine_was_taken_and_goes_on_without_it(window, bob, carol):
    here = window(bob)
    select(here, "server-01", "server-03", "stage-01")
    action_button(here, "book").click()
    here.field("book.what_for").fill("kept words")
    done(carol.book("server-03", 1))
    expect(here.dialog.locator(OBSTACLE)).to_contain_text("server-03 is booked by carol@example.com")
    expect(here.dialog.locator(".send")).to_be_disabled()
    here.button("bulk.without").click()
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text("bulk.book_title", n=2))
    expect(here.field("book.what_for")).to_have_value("kept words")

    done(carol.book("stage-01", 1))
    expect(here.dialog.locator(OBSTACLE)).to_contain_text("stage-01 is booked by")
    here.button("queue.join").click()
    expect(here.dialog.get_by_role("heading", name=here.text("queue.title", where="stage-01"))).to_be_visible()
    here.send()
    assert bob.queue("stage-01") or carol.queue("stage-01")
    assert selected(here) == ["server-01", "stage-01"]


def test_a_refusal_names_the_machine_and_the_selection_stays(window, bob):
    here = window(bob)
    for vm_id in "server-01", "gpu-01":
        done(bob.book(vm_id, 24))
    for _ in range(6):
        done(bob.renew("gpu-01", 24))
    before = bob.state()["vms"]
    select(here, "server-01", "gpu-01")
    action_button(here, "renew").click()
    here.choice(24).click(force=True)
    here.dialog.locator(".send").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("a booking of gpu-01 is")
    here.page.keyboard.press("Escape")
    assert selected(here) == ["server-01", "gpu-01"]
    assert bob.state()["vms"] == before


def test_a_slow_call_is_made_once_and_shows_a_spinner(window, bob):
    here = window(bob)
    made = calls_to(here, "/book")
    waiting = []
    here.page.route("**/book", lambda route: waiting.append(route))
    select(here, "server-01", "server-03")
    action_button(here, "book").click()
    send = here.dialog.locator(".send")
    send.click()
    expect(send).to_be_disabled()
    expect(send.locator(".spinner")).to_be_visible()
    here.page.keyboard.press("Enter")
    waiting.pop().continue_()
    expect(here.own_booking("server-03")).to_be_visible()
    assert len(made) == 1


def test_strangers_cannot_select(window):
    here = window()
    expect(here.page.get_by_role("checkbox")).to_have_count(0)
    here.card("server-01").locator(".name").focus()
    here.page.keyboard.press("x")
    assert selected(here) == []


def test_signing_out_clears_the_selection(window, server):
    person = Person(server).sign_in()
    here = window(person)
    select(here, "server-01")
    here.choose_in_account("sign_out")
    expect(here.sign_in_button).to_be_visible()
    expect(bar(here)).to_be_hidden()
    assert selected(here) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_bar_fits_on_a_phone(window, server, language):
    here = window(Person(server, ADMIN).sign_in(), language=language, viewport={"width": 320, "height": 640})
    select(here, "server-01", "server-03")
    assert not here.scrolls_sideways()
    for kind in "book", "delete":
        box = action_button(here, kind).bounding_box()
        assert box["height"] >= 40
        assert 0 <= box["x"] <= 320 - box["width"]
        assert box["y"] + box["height"] <= 640
