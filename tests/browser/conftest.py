"""A real Chromium for the tests of the page, started once; every window has a profile of its own."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser.window import Window, open_window

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Browser:
    program = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    assert program, "Chromium is not there: install it, or name yours in CHROMIUM"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def window(browser, server):
    """Opens windows: window(alice, language="ru") is on the page; a stranger's is window(). All must end without complaint."""
    opened: list[Window] = []

    def open_one(person=None, path="/", at=None, **options) -> Window:
        opened.append(open_window(browser, at or server, person, **options))
        return opened[-1].go(path)

    yield open_one
    for one in opened:
        one.close()
