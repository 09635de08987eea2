"""The first visit loads few small files, from this server only, and static files are cached."""

import functools

import pytest
from playwright.sync_api import Browser, expect

from browser.machines import starter
from browser.profiles import Profiles
from support.answers import done
from support.server import running
from support.waiting import eventually

LOADED = "performance.getEntriesByType('resource').map((one) => one.name)"
LIMIT = 60 * 1024  # bytes as sent, for the whole first visit
# What is loaded after a while is no part of the first visit, however long a busy machine takes for that
WITHOUT_PRELOADING = """const later = window.setTimeout;
    window.setTimeout = (call, ms, ...given) => (ms >= 5000 ? 0 : later(call, ms, ...given))"""
BYTES_SENT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter((one) => one.entryType === 'navigation' || one.name.includes('/static/'))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


@pytest.fixture(scope="module")
def browser(whole_chromium) -> Browser:
    """Return a browser in which the mouse is nowhere at first. In the headless shell it may be over the page."""
    return whole_chromium


@pytest.fixture(scope="module")
def profiles(browser) -> Profiles:
    return Profiles(browser)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("loading"), starter()) as server:
        yield server


@pytest.fixture
def window(window):
    """Open windows without cached files."""
    return functools.partial(window, fresh=True)


def names(here) -> set[str]:
    return {name.rsplit("/", 1)[-1] for name in here.page.evaluate(LOADED) if "/static/" in name}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_first_visit_loads_few_small_files(window, language):
    here = window(language=language, path=None)
    here.page.add_init_script(WITHOUT_PRELOADING)
    here.go()
    assert names(here) == {
        "page.js",
        "page.css",
        "theme.js",
        "browser_check.js",
        "favicon.svg",
        "socket.io-4.8.4.esm.min.js",
    }
    assert here.page.evaluate(BYTES_SENT) < LIMIT


def test_the_code_of_dialogs_is_loaded_at_the_first_move_of_the_mouse(window, bob):
    here = window(bob)
    with here.page.expect_response("**/page.action_table.js"):
        here.page.mouse.move(500, 500)
    here.page.keyboard.press("?")
    expect(here.dialog.get_by_role("heading", name=here.text("keys.title"))).to_be_visible()


def test_a_click_before_the_code_of_dialogs_is_loaded_opens_one_dialog_later(window, bob):
    here = window(bob, path=None)
    delayed = []
    here.page.route("**/page.action_table.js", lambda route: delayed.append(route))
    here.go()
    here.card("server-01").locator(".action").dblclick()
    eventually(lambda: here.page.evaluate("true") and delayed)
    expect(here.dialogs).to_have_count(0)
    expect(here.card("server-01").locator(".action")).to_have_attribute("aria-busy", "true")
    delayed[0].continue_()
    expect(here.dialogs).to_have_count(1)
    expect(here.card("server-01").locator(".action")).not_to_have_attribute("aria-busy", "true")
    here.send()
    expect(here.own_booking("server-01")).to_be_visible()


def test_texts_and_code_of_dialogs_are_fetched_at_the_same_time(window, bob):
    here = window(bob, path=None)
    delayed = []
    for name in "page.action_table.js", "texts.en.json":
        here.page.route(f"**/{name}", lambda route: delayed.append(route))
    here.go()
    here.card("server-02").locator(".action").click()
    eventually(lambda: here.page.evaluate("true") and len(delayed) == 2)
    for route in delayed:
        route.continue_()
    expect(here.dialogs).to_have_count(1)


def test_a_shortcut_that_is_the_first_input_opens_its_dialog(window, bob):
    here = window(bob)
    here.page.keyboard.press("?")
    expect(here.dialog.get_by_role("heading", name=here.text("keys.title"))).to_be_visible()


@pytest.mark.parametrize("deleted", ["a machine", "its group"])
def test_a_click_on_something_deleted_before_the_dialogs_are_loaded_says_so(
    window, alice, bob, make_vm, make_group, deleted
):
    group = make_group(vm := make_vm())
    here = window(bob, path=None)
    delayed = []
    here.page.route("**/page.action_table.js", lambda route: delayed.append(route))
    here.go()
    book_any = here.page.locator(f".book-any[data-group='{group}']")
    button = here.card(vm).locator(".action") if deleted == "a machine" else book_any
    button.click()
    eventually(lambda: here.page.evaluate("true") and delayed)
    done(alice.delete_vm(vm) if deleted == "a machine" else alice.delete_group(group))
    expect(button).to_have_count(0)
    delayed[0].continue_()
    expect(
        here.toast(f"{vm} has just been deleted." if deleted == "a machine" else "just been deleted.")
    ).to_be_visible()
    expect(here.dialogs).to_have_count(0)


def test_if_the_dialogs_of_an_older_version_cannot_be_loaded_the_page_reloads(window, bob):
    here = window(bob, path=None)
    here.may_lose_connection = True
    here.page.route("**/page.action_table.js", lambda route: route.abort("connectionreset"), times=1)
    here.go()
    here.mark()
    with here.page.expect_navigation():
        here.page.evaluate("document.querySelector('.card .name').click()")
    assert here.was_reloaded()


def test_nothing_comes_from_other_servers_and_static_files_are_not_requested_again(window):
    here = window()
    assert all(name.startswith(here.server.url) for name in here.page.evaluate(LOADED))
    here.go()
    sent = here.page.evaluate("""performance.getEntriesByType('resource')
        .filter((one) => one.name.includes('/static/') && one.transferSize > 0).map((one) => one.name)""")
    assert sent == []
