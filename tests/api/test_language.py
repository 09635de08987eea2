"""Every refusal is in the reader's language: one's own choice, the page's cookie, the browser's wish, the server's."""

import pytest

from support.answers import is_russian, refusal
from support.people import Person


def error(person, **headers) -> str:
    answer = person.post("/book", {"vm_id": "no-such-machine", "hours": 1}, **headers)
    assert refusal(answer)[0] in (401, 404)
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("wish", "russian"),
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
def test_the_browsers_wish_and_failing_that_the_servers_language(server, wish, russian):
    assert is_russian(error(Person(server, language=wish))) is russian


def test_a_server_speaks_russian_unless_told_otherwise(start):
    server = start(LOADZONE_LANGUAGE="")
    assert is_russian(error(Person(server, language="de")))
    assert not is_russian(error(Person(server, language="en")))


def test_the_cookie_of_the_page_goes_before_the_browsers_wish(server):
    stranger = Person(server, language="en")
    stranger.http.cookies.set("language", "ru")
    assert is_russian(error(stranger))
    stranger.http.cookies.set("language", "klingon")
    assert not is_russian(error(stranger))


def test_ones_own_choice_goes_before_all(newcomer):
    newcomer.choose_language("ru")
    newcomer.http.cookies.set("language", "en")
    assert is_russian(error(newcomer, Accept_Language="en"))
    newcomer.choose_language("en")
    assert not is_russian(error(newcomer, Accept_Language="ru"))


def test_other_errors_too(server, charlie):
    for path, body in (("/no-such-path", {}), ("/auth", {"email": "nonsense"}), ("/auth", {})):
        assert is_russian(charlie.post(path, body, Accept_Language="ru").json()["error"])
        assert not is_russian(charlie.post(path, body, Accept_Language="en").json()["error"])
    assert is_russian(charlie.request("PUT", "/book", headers={"Accept-Language": "ru"}).json()["error"])
    assert is_russian(charlie.post("/book", {}, Accept_Language="ru", Origin="https://evil.example").json()["error"])


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False)])
def test_refusals_of_rules_say_the_particulars(alice, bob, carol, vm, language, russian):
    bob.book(vm)
    taken = carol.post("/book", {"vm_id": vm, "hours": 1}, Accept_Language=language).json()["error"]
    assert "bob@example.com" in taken
    assert is_russian(taken) is russian
    limit = carol.post("/book", {"vm_id": vm, "hours": 99}, Accept_Language=language).json()["error"]
    assert "24" in limit
    assert is_russian(limit) is russian
