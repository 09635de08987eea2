"""Refusals are in the reader's language: chosen by the person, else the cookie, else the browser, else the server."""

import pytest

from support.answers import is_russian, refusal
from support.people import Person


def error(person, **headers) -> str:
    answer = person.post("/book", {"vm_id": "no-such-machine", "hours": 1}, **headers)
    assert refusal(answer)[0] in (401, 404)
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("accept_language", "russian"),
    [
        ("ru", True),
        ("en", False),
        ("ru-RU,ru;q=0.9,en;q=0.8", True),
        ("en-GB,en;q=0.9,ru;q=0.8", False),
        ("de,ru;q=0.5,en;q=0.4", True),
        ("de,fr", False),
        ("*", False),
        ("", False),
        ("ru;q=0", False),
        ("nonsense;;q=,,=", False),
    ],
)
def test_the_browsers_language_is_used_and_else_the_servers(server, accept_language, russian):
    assert is_russian(error(Person(server, language=accept_language))) is russian


def test_the_servers_language_is_russian_by_default(start):
    server = start(LOADZONE_LANGUAGE="")
    assert is_russian(error(Person(server, language="de")))
    assert not is_russian(error(Person(server, language="en")))


def test_the_cookie_of_the_page_overrides_the_browser(server):
    stranger = Person(server, language="en")
    stranger.http.cookies.set("language", "ru")
    assert is_russian(error(stranger))
    stranger.http.cookies.set("language", "klingon")
    assert not is_russian(error(stranger))


def test_the_persons_choice_overrides_all_others(newcomer):
    newcomer.choose_language("ru")
    newcomer.http.cookies.set("language", "en")
    assert is_russian(error(newcomer, Accept_Language="en"))
    newcomer.choose_language("en")
    assert not is_russian(error(newcomer, Accept_Language="ru"))


def test_other_errors_are_in_the_readers_language(server, charlie):
    for path, body in (("/no-such-path", {}), ("/auth", {"email": "nonsense"}), ("/auth", {})):
        assert is_russian(charlie.post(path, body, Accept_Language="ru").json()["error"])
        assert not is_russian(charlie.post(path, body, Accept_Language="en").json()["error"])
    assert is_russian(charlie.request("PUT", "/book", headers={"Accept-Language": "ru"}).json()["error"])
    assert is_russian(charlie.post("/book", {}, Accept_Language="ru", Origin="https://evil.example").json()["error"])


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False)])
def test_refusals_of_rules_contain_names_and_limits(alice, bob, carol, vm, language, russian):
    bob.book(vm)
    taken = carol.post("/book", {"vm_id": vm, "hours": 1}, Accept_Language=language).json()["error"]
    assert "bob@example.com" in taken
    assert is_russian(taken) is russian
    limit = carol.post("/book", {"vm_id": vm, "hours": 99}, Accept_Language=language).json()["error"]
    assert "24" in limit
    assert is_russian(limit) is russian
