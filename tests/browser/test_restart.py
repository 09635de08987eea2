"""While LoadZone restarts, nginx answers with a page that opens LoadZone by itself, as deploy/nginx.conf says."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import requests
from playwright.sync_api import expect

from browser.window import accessibility_violations
from support import nginx
from support.inventory import inventory, machine
from support.ports import free_port
from support.server import running
from support.smtp import Authority

TITLES = {"en": "LoadZone is not answering", "ru": "LoadZone не отвечает"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(params=["", "/loadzone"], ids=["own host", "under a path"])
def place(tmp_path, request):
    """Return a server as people see it, behind nginx. `process` is LoadZone itself; it can be stopped and started."""
    authority, port = Authority(tmp_path), free_port()
    url = f"https://localhost:{port}{request.param}"
    settings = {"LOADZONE_BASE_URL": url, "LOADZONE_TRUSTED_PROXIES": "1"}
    in_front = nginx.nginx_under_a_path if request.param else nginx.nginx
    with (
        running(tmp_path, inventory([machine("vm")]), **settings) as process,
        in_front(tmp_path, port, process.port, authority.certificate(tmp_path)),
    ):
        yield SimpleNamespace(url=url, process=process, authority=authority.file)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_page_opened_during_a_restart_comes_by_itself_at_the_same_address(window, place, language):
    here = window(at=place, path=None, language=language, ignore_https_errors=True, color_scheme="dark")
    here.may_lose_connection = True
    place.process.stop()
    here.page.goto(f"{place.url}/?show=free&vm=vm#board")
    heading = here.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(TITLES[language])
    expect(here.page.locator("html")).to_have_attribute("lang", language)
    assert accessibility_violations(here) == []
    place.process.start()
    expect(here.dialog.get_by_role("heading", name="vm", exact=True)).to_be_visible()
    here.page.keyboard.press("Escape")
    expect(here.page).to_have_url(f"{place.url}/?show=free")


def test_it_also_comes_without_javascript(window, place):
    here = window(at=place, path=None, ignore_https_errors=True, java_script_enabled=False)
    here.may_lose_connection = True
    place.process.stop()
    here.page.goto(f"{place.url}/docs")
    expect(here.page.get_by_role("heading")).to_have_text(TITLES["en"])
    place.process.start()
    expect(here.page).to_have_title("API · LoadZone")


def test_only_pages_are_answered_so_and_only_while_loadzone_is_away(place):
    http = requests.Session()
    http.verify, http.trust_env = place.authority, False
    missing = http.get(f"{place.url}/nothing", headers=PAGE)
    assert (missing.status_code, TITLES["en"] in missing.text) == (404, False)
    place.process.stop()
    page = http.get(f"{place.url}/link/x", headers={**PAGE, "Accept-Language": "ru-RU,en;q=0.5"})
    assert page.status_code == 502
    assert TITLES["ru"] in page.text
    assert (page.headers["Cache-Control"], page.headers["Retry-After"]) == ("no-store", "5")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'nonce-")
    chosen = http.get(f"{place.url}/", headers={**PAGE, "Accept-Language": "ru", "Cookie": "language=en"})
    assert TITLES["en"] in chosen.text
    for method, path in ("GET", "/vms"), ("POST", "/book"), ("GET", "/socket.io/?EIO=4&transport=polling"):
        answer = http.request(method, place.url + path, headers={"Accept": "*/*"})
        assert answer.status_code == 502
        assert "LoadZone" not in answer.text


class CannotSave(BaseHTTPRequestHandler):
    """Answers as LoadZone does when its disk is full."""

    def do_GET(self):
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b"cannot save")


def test_a_page_with_which_loadzone_says_that_it_cannot_serve_passes(place):
    place.process.stop()
    with ThreadingHTTPServer(("127.0.0.1", place.process.port), CannotSave) as behind:
        threading.Thread(target=behind.serve_forever, daemon=True).start()
        answer = requests.get(f"{place.url}/", headers=PAGE, verify=place.authority, timeout=20)
        behind.shutdown()
    assert (answer.status_code, answer.text) == (503, "cannot save")
