"""The short name of a browser, read from the User-Agent texts that the named versions send."""

import pytest

from loadzone.lib.user_agents import browser_of, system_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
KNOWN = [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Linux"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "Chrome", "Windows"),
    (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge", "Windows"),
    (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36", "Chrome", "Linux"),
    (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "Chrome", "ChromeOS"),
    (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
    (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/124.0 YaBrowser/24.6 Safari/537.36", "Yandex Browser", "Windows"),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
        "Safari",
        "macOS",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1",
        "Safari",
        "iPhone",
    ),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit/605 FxiOS/127.0 Mobile Safari/605", "Firefox", "iPhone"),
    ("curl/8.5.0", "curl", ""),
    ("python-requests/2.32.3", "python-requests", ""),
]


@pytest.mark.parametrize(("text", "browser", "system"), KNOWN)
def test_known_browsers_and_programs_are_named(text, browser, system):
    assert (browser_of(text), system_of(text)) == (browser, system)


@pytest.mark.parametrize("text", ["", "Mozilla/5.0", "x" * 100_000, "<b>/1", "\0/1", "Мой/1", "a" * 40 + "/1"])
def test_what_is_not_known_has_no_name(text):
    assert (browser_of(text), system_of(text)) == ("", "")


def test_only_the_beginning_is_read():
    assert browser_of("x" * 600 + " Firefox/128.0") == ""
