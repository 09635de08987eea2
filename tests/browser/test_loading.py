"""The first visit: everything comes in one round, from here alone, and is kept for good."""

import functools

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from support.answers import done
from support.server import running
from support.waiting import eventually

LOADED = "performance.getEntriesByType('resource').map((one) => one.name)"
LIMIT = 60 * 1024  # bytes as sent: all of the first visit
SENT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter((one) => one.entryType === 'navigation' || one.name.includes('/static/'))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("loading"), starter()) as server:
        yield server


@pytest.fixture
def window(window):
    """Where nothing has been loaded yet."""
    return functools.partial(window, fresh=True)


def names(here) -> set[str]:
    return {name.rsplit("/", 1)[-1] for name in here.page.evaluate(LOADED) if "/static/" in name}


def test_the_first_visit_is_a_handful_of_files_and_light(window):
    here = window()
    assert names(here) == {"page.js", "page.css", "theme.js", "favicon.svg", "socket.io-4.8.4.esm.min.js"}
    assert here.page.evaluate(SENT) < LIMIT


def test_what_dialogs_need_comes_at_the_first_sign_of_somebody(window, bob):
    here = window(bob)
    with here.page.expect_response("**/page.action_table.js"):
        here.page.mouse.move(500, 500)
    here.page.keyboard.press("?")
    expect(here.dialog.get_by_role("heading", name=here.say("keys.title"))).to_be_visible()


def test_a_click_that_comes_before_the_dialogs_opens_one_when_they_are_there(window, bob):
    here = window(bob, path=None)
    held_up = []
    here.page.route("**/page.action_table.js", lambda route: held_up.append(route))
    here.go()
    here.card("server-01").locator(".action").dblclick()
    eventually(lambda: here.page.evaluate("true") and held_up)
    expect(here.no_dialog).to_have_count(0)
    held_up[0].continue_()
    expect(here.no_dialog).to_have_count(1)
    here.send()
    expect(here.own_booking("server-01")).to_be_visible()


def test_a_key_that_is_the_first_sign_of_somebody_opens_its_dialog(window, bob):
    here = window(bob)
    here.page.keyboard.press("?")
    expect(here.dialog.get_by_role("heading", name=here.say("keys.title"))).to_be_visible()


@pytest.mark.parametrize("gone", ["a machine", "its group"])
def test_a_click_on_what_is_deleted_before_the_dialogs_are_there_says_so(window, alice, bob, make_vm, make_group, gone):
    group = make_group(vm := make_vm())
    here = window(bob, path=None)
    held_up = []
    here.page.route("**/page.action_table.js", lambda route: held_up.append(route))
    here.go()
    book_any = here.page.locator(f".book-any[data-group='{group}']")
    button = here.card(vm).locator(".action") if gone == "a machine" else book_any
    button.click()
    eventually(lambda: here.page.evaluate("true") and held_up)
    done(alice.delete_vm(vm) if gone == "a machine" else alice.delete_group(group))
    expect(button).to_have_count(0)
    held_up[0].continue_()
    expect(here.toast(f"{vm} has just been deleted." if gone == "a machine" else "just been deleted.")).to_be_visible()
    expect(here.no_dialog).to_have_count(0)


def test_where_the_dialogs_are_gone_with_an_older_version_the_page_loads_the_new_one(window, bob):
    here = window(bob, path=None)
    here.may_be_cut = True
    here.page.route("**/page.action_table.js", lambda route: route.abort("connectionreset"), times=1)
    here.go()
    here.mark()
    with here.page.expect_navigation():
        here.page.evaluate("document.querySelector('.card .name').click()")
    assert here.was_reloaded()


def test_nothing_comes_from_elsewhere_and_what_is_static_is_not_asked_for_again(window):
    here = window()
    assert all(name.startswith(here.server.url) for name in here.page.evaluate(LOADED))
    here.go()
    sent = here.page.evaluate("""performance.getEntriesByType('resource')
        .filter((one) => one.name.includes('/static/') && one.transferSize > 0).map((one) => one.name)""")
    assert sent == []
