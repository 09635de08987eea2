"""The browsers of the tests: Chromium as on this machine and its headless shell, Chromium 109, and Firefox."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from support.server import ROOT

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
OLD_CHROMIUM = Path(__file__).parent / "compat" / "chromium" / "chromium"


def chromium(playwright: Playwright) -> Browser:
    """Start Chromium as named by CHROMIUM, with all that surrounds a page: windows, panels, notifications."""
    return playwright.chromium.launch(executable_path=program("CHROMIUM", "chromium"), args=OPTIONS)


def headless_shell(playwright: Playwright) -> Browser:
    """Start Chromium's headless shell if it is installed and CHROMIUM names no other: the same pages, nothing around.

    A page opens in it for a third to a half of the processor time.
    """
    return playwright.chromium.launch(
        executable_path=program("CHROMIUM", "chromium-headless-shell", "chromium"), args=OPTIONS
    )


def chromium_109(playwright: Playwright) -> Browser:
    """Start the last Chromium for Windows 7 and 8. Raises AssertionError unless `make test` has unpacked it."""
    assert OLD_CHROMIUM.exists(), "Chromium 109 was not found: run `make test`, or `make browser`"
    return playwright.chromium.launch(executable_path=OLD_CHROMIUM, args=[*OPTIONS, "--no-zygote"])


def firefox(playwright: Playwright, folder: Path) -> Browser:
    """Start Firefox as named by FIREFOX. The folder is for a script that starts it behind its gateway."""
    script = folder / "firefox"
    gateway = [sys.executable, "-m", "browser.firefox_gateway", program("FIREFOX", "firefox-esr")]
    script.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT / "tests"))} exec {shlex.join(gateway)} "$@"\n')
    script.chmod(0o755)
    return playwright.firefox.launch(executable_path=script, channel="moz-firefox")


def program(setting: str, *defaults: str) -> str:
    """Return the path of the browser that the setting names, else of the first that is installed.

    Raises AssertionError if none is.
    """
    named = os.environ.get(setting)
    found = next(filter(None, map(shutil.which, [named] if named else defaults)), None)
    assert found, f"{named or defaults[-1]} was not found: install it, or set {setting} to your browser"
    return found
