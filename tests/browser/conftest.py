"""A real Chromium for the tests of the page, started once. Every window has an empty profile."""

import os
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.profiles import Profiles
from browser.window import Window, open_window, window_in
from support.server import running

CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
TIMEOUT = 30_000  # milliseconds; long, because other tests run at the same time

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def browser() -> Browser:
    program = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    assert program, "Chromium was not found: install it, or set CHROMIUM to your browser"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS)
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
