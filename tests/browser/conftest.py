"""A real Chromium for the tests of the page, started once; every window has an empty profile."""

import os
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.profiles import Profiles
from browser.window import Window, open_window, window_in
from support.server import running

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
PATIENCE = 10_000  # milliseconds, on a machine that does other things besides

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Browser:
    program = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    assert program, "Chromium is not there: install it, or name yours in CHROMIUM"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """One of their own: what tests of the API leave behind is to be seen on the page."""
    with running(tmp_path_factory.mktemp("pages")) as server:
        yield server


@pytest.fixture(scope="session")
def profiles(browser) -> Profiles:
    return Profiles(browser)


@pytest.fixture
def window(browser, profiles, server, start):  # `start`: its servers outlive the windows
    """Opens windows: window(alice, language="ru") is on the page; a stranger's is window(). With path=None it is not on
    the page yet. All of them must end without a complaint of the browser.

    A test that changes what is of the context (init scripts, the clock), or minds what is cached, asks for fresh=True.
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
