"""GET / and its files: the page contains its state and may run only its own files."""

import json
import re

import pytest

from support.answers import is_russian
from support.people import Person

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def boot(answer) -> dict:
    """Return the data that the page's script starts from."""
    [text] = re.findall(r'<script type="application/json" id="boot">(.*?)</script>', answer.text, re.DOTALL)
    return json.loads(text)


def test_the_page_contains_its_state(bob, vm):
    answer = bob.get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    start = boot(answer)
    assert start["me"]["email"] == "bob@example.com"
    assert vm in [machine["id"] for machine in start["state"]["vms"]]
    assert start["state"]["revision"] == bob.state()["revision"]
    assert start["settings"].items() >= {"auth": "trust", "max_hours": 24, "max_ahead_hours": 168}.items()


def test_the_page_contains_the_settings_it_needs(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_MAX_HOURS="8", LOADZONE_MAX_AHEAD_HOURS="40")
    settings = boot(Person(server).get("/"))["settings"]
    assert settings == {
        "auth": "code",
        "strangers": "board",
        "codes_in_log": True,
        "max_hours": 8,
        "max_ahead_hours": 40,
        "hold_minutes": 15,
        "history_days": 400,
    }


def test_the_page_for_a_stranger_contains_no_address(bob, charlie, vm):
    bob.book(vm, note="not for strangers")
    answer = charlie.get("/")
    assert boot(answer)["me"]["authenticated"] is False
    assert "bob@" not in answer.text
    assert "not for strangers" not in answer.text


def test_nothing_in_a_note_can_end_the_script(alice, bob, make_vm):
    vm = make_vm(description="</script><script>alert(1)</script><!-- &lt;")
    bob.book(vm, note="</ScRiPt ><img src=x onerror=alert(1)>")
    answer = bob.get("/")
    assert "alert(1)</script>" not in answer.text
    assert "<img src=x" not in answer.text
    [machine] = [machine for machine in boot(answer)["state"]["vms"] if machine["id"] == vm]
    assert machine["note"] == "</ScRiPt ><img src=x onerror=alert(1)>"


@pytest.mark.parametrize(("accept_language", "language"), [("ru", "ru"), ("en", "en"), ("de", "en")])
def test_the_page_is_in_the_readers_language(charlie, accept_language, language):
    answer = charlie.get("/", Accept_Language=accept_language)
    start = boot(answer)
    assert start["language"] == language
    assert f'lang="{language}"' in answer.text
    russian = [is_russian(str(text)) for text in start["strings"].values()]
    assert (sum(russian) > len(russian) / 2) is (language == "ru"), "most texts; names of languages are in their own"


def test_the_page_may_run_only_its_own_files(charlie):
    headers = charlie.get("/").headers
    assert {part.strip() for part in headers["Content-Security-Policy"].split(";")} == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin", "strict-origin")


def test_the_page_is_kept_from_shared_caches(bob):
    assert re.search("private|no-store", bob.get("/").headers["Cache-Control"])


def test_the_page_links_no_other_host_and_has_nothing_inline(charlie):
    text = charlie.get("/").text
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text) == []
    assert re.findall(r"<script(?![^>]*\b(?:src=|application/json))[^>]*>", text) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", text) == []


def test_the_files_of_the_page_exist_and_may_be_cached_for_a_year(charlie):
    found = set(re.findall(r"""(?:src|href)=["'](/static/[^"'#?]+)["']""", charlie.get("/").text))
    assert any(path.endswith(".js") for path in found)
    assert any(path.endswith(".css") for path in found)
    for path in found:
        answer = charlie.get(path)
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["Cache-Control"]
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_visitor_gets_no_cookie(charlie):
    assert "Set-Cookie" not in charlie.get("/").headers
    assert "Set-Cookie" not in charlie.get("/vms").headers
