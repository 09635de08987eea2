"""Security headers are in every answer, whatever part of the server makes it, as Mozilla's HTTP Observatory asks."""

import pytest

from loadzone.web.security import HEADERS
from support.people import Person
from support.server import running

ANSWERS = {
    "the page": ("GET", "/", 200),
    "data": ("GET", "/vms", 200),
    "the documentation": ("GET", "/docs", 200),
    "the command line": ("GET", "/cli", 200),
    "a refusal": ("POST", "/book", 401),
    "an unknown path": ("GET", "/no-such-path", 404),
    "an unknown file": ("GET", "/static/no-such-file.js", 404),
    "the wrong method": ("DELETE", "/vms", 405),
    "an invalid link": ("GET", "/link/nonsense", 404),
    "a socket's start": ("GET", "/socket.io/?EIO=4&transport=polling", 200),
    "a socket's error": ("GET", "/socket.io/?EIO=3&transport=polling", 400),
    "an unknown socket": ("GET", "/socket.io/?EIO=4&transport=polling&sid=nobody", 400),
}


@pytest.fixture(scope="module")
def behind_https(tmp_path_factory):
    with running(tmp_path_factory.mktemp("https"), LOADZONE_TRUSTED_PROXIES="1") as server:
        yield server


def ask(server, method, path, **headers):
    body = {"vm_id": "a", "hours": 1} if method == "POST" else None
    return Person(server).request(method, path, headers=headers, json=body)


def missing_headers(answer) -> list[str]:
    """Return the headers that are missing or differ. Static files have a Cache-Control of their own."""
    return [
        name
        for name, value in HEADERS.items()
        if answer.headers.get(name) != value and not (name == "Cache-Control" and answer.headers.get(name))
    ]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS.values(), ids=ANSWERS)
def test_every_answer_has_the_security_headers(server, behind_https, method, path, status):
    answer = ask(server, method, path)
    assert answer.status_code == status
    assert missing_headers(answer) == []
    assert answer.headers["Cache-Control"]
    assert "Strict-Transport-Security" not in answer.headers
    assert "Server" not in answer.headers
    secure = ask(behind_https, method, path, **{"X-Forwarded-Proto": "https"})
    assert missing_headers(secure) == []
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_static_files_and_refused_bodies_have_the_security_headers(server):
    page = Person(server).get("/").text
    script = page.partition('src="')[2].partition('"')[0]
    assert script.startswith("/static/")
    for answer in (
        Person(server).get(script),
        Person(server).post("/book", {"note": "x" * 100_000}),
        Person(server).post_raw("/book", "x", "text/plain"),
        Person(server).post("/book", {}, Origin="https://evil.example"),
    ):
        assert missing_headers(answer) == [], answer.status_code


def test_the_policy_allows_only_the_servers_own_files():
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in str(policy)
