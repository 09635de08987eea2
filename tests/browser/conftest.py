"""A real Chromium for the tests of the page, its headless shell if there is one. Every window has an empty profile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from browser import browsers
from browser.profiles import Profiles
from browser.window import Window, open_window, window_in
from support.server import running

TIMEOUT = 30_000  # milliseconds; long, because other tests run at the same time

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def playwright() -> Playwright:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright) -> Browser:
    started = browsers.headless_shell(playwright)
    yield started
    started.close()


@pytest.fixture(scope="session")
def whole_chromium(playwright) -> Browser:
    """Start Chromium with all that surrounds a page, for modules that need more than the headless shell has."""
    started = browsers.chromium(playwright)
    yield started
    started.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """Run a server for the browser tests alone: machines left behind by the API tests would appear on the page."""
    with running(tmp_path_factory.mktemp("pages")) as server:
        yield server


@pytest.fixture(scope="session")
def profiles(browser) -> Profiles:
    return Profiles(browser)


@pytest.fixture
def window(browser, profiles, server, start):  # `start`: its servers must outlive the windows
    """Return a function that opens windows: window(alice, language="ru"), or window() for somebody not signed in.

    With path=None the page is not opened yet. At the end no browser may have reported an error. With fresh=True the
    profile is new: for tests that change the context (init scripts, the clock) or that depend on what is cached.
    """
    opened: list[tuple[Window, Callable[[], None]]] = []

    def open_one(person=None, path="/", at=None, language="en", fresh=False, **options) -> Window:
        if fresh or options:
            here = open_window(browser, at or server, person, language, **options)
            opened.append((here, here.context.close))
        else:
            here = window_in(profiles.take(language), at or server, person, language)
            opened.append((here, lambda: profiles.give_back(here.context, language, here.server.url)))
        return here.go(path) if path else here

    yield open_one
    for here, leave in opened:
        leave()
        here.end()
