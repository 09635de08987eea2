"""Names of browsers and systems, read from the header User-Agent: a hint for the person, and nothing to rely on."""

from __future__ import annotations

import re

READ_AT_MOST = 512  # characters
# Browsers name those that they are built on too, so the first that is found counts.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),  # iPads say this too
    ("Linux", "Linux"),
)
PROGRAM = re.compile(r"[A-Za-z][\w.-]{0,31}(?=/\d)", re.ASCII)


def browser_of(user_agent: str) -> str:
    """Return the name of the browser, or of the program such as "curl"; "" if it is none that is known."""
    text = user_agent[:READ_AT_MOST]
    program = PROGRAM.match(text)
    return _first(BROWSERS, text) or (program[0] if program and program[0] != "Mozilla" else "")


def system_of(user_agent: str) -> str:
    """Return the name of the system; "" if it is none that is known."""
    return _first(SYSTEMS, user_agent[:READ_AT_MOST])


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in names if mark in text), "")
