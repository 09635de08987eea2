"""A real Chromium for the tests of the page, started once; every window has a profile of its own."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.window import Window, open_window
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


@pytest.fixture
def window(browser, server, start):  # `start`: its servers outlive the windows
    """Opens windows: window(alice, language="ru") is on the page; a stranger's is window(). With path=None it is not on
    the page yet. All of them must end without a complaint of the browser."""
    opened: list[Window] = []

    def open_one(person=None, path: str | None = "/", at=None, **options) -> Window:
        opened.append(open_window(browser, at or server, person, **options))
        return opened[-1].go(path) if path else opened[-1]

    yield open_one
    for one in opened:
        one.close()
