"""A server under a path of a shared host, without a proxy that could hide a mistake: it sees the path unchanged."""

import re

import pytest
import requests

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.notifications.signed_links import SignedLinks
from support.answers import done, refusal
from support.inventory import inventory, machine, moment
from support.people import Person
from support.server import SECRET_KEY, running

BASE_URL = "https://tools.example.com/loadzone"
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tools.example.com"}
HTML = {"Accept": "text/html"}


class Visitor(Person):
    """A person behind the proxy of the shared host."""

    def __init__(self, server, email=None, path="/loadzone"):
        super().__init__(AtPath(server, path), email)
        self.http.headers.update(HTTPS)

    def sign_in(self):
        """Keep the cookie by hand: it is Secure, and the proxy is played here."""
        self.http.headers["Cookie"] = self.ask_for_code().headers["Set-Cookie"].partition(";")[0]
        return self


class AtPath:
    def __init__(self, server, path):
        self.url, self.log_lines = server.url + path, server.log_lines


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    settings = {"LOADZONE_BASE_URL": BASE_URL, "LOADZONE_TRUSTED_PROXIES": "1"}
    with running(tmp_path_factory.mktemp("path"), inventory([machine("vm")]), **settings) as server:
        yield server


@pytest.fixture
def visitor(server):
    return Visitor(server)


def test_the_session_cookie_goes_to_the_path_and_no_further(server, visitor):
    answer = visitor.ask_for_code()
    [cookie] = answer.raw.headers.getlist("Set-Cookie")
    name, *attributes = re.split("; ?", cookie)
    assert name.startswith("__Secure-session=")
    assert {"Path=/loadzone", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)
    assert not any(attribute.startswith("Domain") for attribute in attributes)
    assert done(visitor.get("/me", Cookie=name))["authenticated"]
    renamed = name.replace("__Secure-", "__Host-")
    assert not done(Visitor(server).get("/me", Cookie=renamed))["authenticated"]


def test_every_address_in_the_page_is_under_the_path(visitor):
    for path in ("/", "", "/docs", "/no-such-page"):
        page = visitor.get(path, **HTML).text
        addresses = re.findall(r'(?:href|src|action)="([^"#]+)"', page)
        assert addresses, path
        assert [address for address in addresses if not address.startswith(("/loadzone/", "data:"))] == []
        assert 'data-base="/loadzone"' in page
    assert visitor.get("/", **HTML).status_code == visitor.get("", **HTML).status_code == 200


def test_static_files_are_found(visitor):
    page = visitor.get("/").text
    for address in set(re.findall(r'(?:href|src)="/loadzone(/static/[^"]+)"', page)):
        assert visitor.get(address).status_code == 200


def test_nothing_is_found_outside_the_path_but_the_health_check(server, visitor):
    outside = Visitor(server, path="")
    assert done(outside.get("/healthz"))["status"] == done(visitor.get("/healthz"))["status"] == "ok"
    static = re.search(r"/static/\w+/page.js", visitor.get("/").text)[0]
    calls = ["/", "/vms", "/me", "/openapi.json", "/docs", "/cli", "/loadzonex"]
    for path in [*calls, static, "/socket.io/?EIO=4&transport=polling"]:
        assert refusal(outside.get(path)) == (404, "not_found"), path
    for path in ("/auth", "/book", "/link/x"):
        assert refusal(outside.post(path, {})) == (404, "not_found"), path
    page = outside.get("/", **HTML)
    assert page.status_code == 404
    assert 'href="/loadzone/"' in page.text


def test_sockets_are_under_the_path(visitor):
    answer = visitor.get("/socket.io/?EIO=4&transport=polling")
    assert answer.status_code == 200
    assert answer.text.startswith("0{")


def test_only_pages_of_the_host_may_call(visitor):
    visitor.sign_in()
    assert visitor.post("/book", {"vm_id": "vm", "hours": 1}, Origin="https://tools.example.com").status_code == 200
    assert refusal(visitor.post("/cancel", {"vm_id": "vm"}, Origin="https://evil.example")) == (403, "other_origin")
    done(visitor.cancel("vm"))


def test_links_of_letters_lead_to_the_path_and_work(server, visitor):
    booked = done(visitor.sign_in().book("vm", 1))
    times = moment(booked["booked_at"]), moment(booked["expires_at"])
    links = SignedLinks(SECRET_KEY, BASE_URL)
    link = links.url(LinkTarget("release", visitor.email, frozenset([mark_of("vm", *times)])))
    assert link.startswith(f"{BASE_URL}/link/")
    there = server.url + link.removeprefix("https://tools.example.com")
    shown = requests.get(there, headers=HTTPS, timeout=20)
    assert (shown.status_code, shown.text.count("<button")) == (200, 1)
    assert "action=" not in shown.text, "the form is sent to its own address"
    addresses = re.findall(r'(?:href|src)="([^"#]+)"', shown.text)
    assert [address for address in addresses if not address.startswith("/loadzone/")] == []
    assert requests.post(there, headers=HTTPS, data={"go": "1"}, timeout=20).status_code == 200
    assert visitor.vm("vm")["state"] == "free"


def test_the_description_names_the_path_and_the_cookie(visitor):
    document = done(visitor.get("/openapi.json"))
    assert document["servers"] == [{"url": "/loadzone"}]
    assert "`__Secure-session`" in document["components"]["securitySchemes"]["session"]["description"]


def test_the_rest_of_the_host_is_not_told_to_use_https(visitor):
    answer = visitor.get("/")
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_board_is_answered_from_the_cache(visitor):
    first = visitor.get("/vms")
    assert visitor.get("/vms", If_None_Match=first.headers["ETag"]).status_code == 304
