"""The page under a path of a shared host, behind a real nginx with TLS, configured as docs/deploy.md shows."""

from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.inventory import inventory, machine
from support.nginx import nginx_under_a_path
from support.people import Person
from support.ports import free_port
from support.server import running
from support.smtp import Authority


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a server as people see it: at a path, behind nginx. `authority` is the file of its certificates."""
    folder = tmp_path_factory.mktemp("nginx")
    authority, port = Authority(folder), free_port()
    url = f"https://localhost:{port}/loadzone"
    settings = {"LOADZONE_BASE_URL": url, "LOADZONE_TRUSTED_PROXIES": "1"}
    with (
        running(folder, inventory([machine("vm"), machine("other")]), **settings) as server,
        nginx_under_a_path(folder, port, server.port, authority.certificate(folder)),
    ):
        yield SimpleNamespace(url=url, log_lines=server.log_lines, authority=authority.file)


@pytest.fixture
def carol(place):
    carol = Person(place, "carol@example.com")
    carol.http.verify = place.authority
    return carol.sign_in()


def test_people_sign_in_book_and_see_what_others_do(window, place, carol):
    here = window(at=place, path=None, ignore_https_errors=True)
    requested, sockets = [], []
    here.page.on("request", lambda request: requested.append(request.url))
    here.page.on("websocket", lambda socket: sockets.append(socket.url))
    here.go()
    here.sign_in_button.click()
    here.field("sign_in.email").fill("bob@example.com")
    here.page.keyboard.press("Enter")
    expect(here.toast("bob@example.com")).to_be_visible()
    here.press("book", "vm")
    here.send()
    expect(here.own_booking("vm")).to_be_visible()

    done(carol.book("other", 1))
    expect(here.card("other")).to_contain_text("carol")

    outside = [url for url in [*requested, *sockets] if not urlsplit(url).path.startswith("/loadzone/")]
    assert outside == []
    assert any(url.startswith("wss://") for url in sockets)
    cookies = {cookie["name"]: cookie for cookie in here.context.cookies()}
    assert (cookies["__Secure-session"]["path"], cookies["__Secure-session"]["secure"]) == ("/loadzone", True)


def test_preferences_stay_apart_from_those_of_other_applications(window, place):
    here = window(at=place, ignore_https_errors=True, color_scheme="light")
    here.page.evaluate("localStorage.setItem('theme', 'dark'); localStorage.setItem('view', 'list')")
    here.go()
    assert here.page.evaluate("document.documentElement.dataset.theme") is None
    assert here.page.evaluate("document.documentElement.dataset.view") == "cards"


def test_a_call_of_the_description_can_be_tried(window, place):
    here = window(at=place, path=None, ignore_https_errors=True)
    here.page.goto(f"{place.url}/docs")
    call = here.page.locator(".opblock-get").filter(has=here.page.locator('[data-path="/vms"]'))
    call.locator("button.opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    with here.page.expect_response("**/loadzone/vms") as answer:
        call.get_by_role("button", name="Execute").click()
    assert answer.value.status == 200
