"""The letter with the sign-in code."""

from pathlib import Path

import pytest

from support.answers import done, is_russian, refusal
from support.codes import shows
from support.people import Person
from support.server import running


@pytest.fixture(scope="module")
def server(smtp, tmp_path_factory):
    with running(tmp_path_factory.mktemp("code"), LOADZONE_AUTH="code", **smtp.settings) as server:
        yield server


def test_the_code_comes_by_mail_and_signs_in(server, smtp):
    ann = Person(server)
    assert done(ann.ask_for_code()) == {"status": "code_sent", "in_log": False}
    letter = smtp.wait_for_letter(ann.email)
    assert letter.code in letter.html
    done(ann.give_code(letter.code))
    assert ann.is_signed_in()


def test_the_code_is_neither_in_the_log_nor_on_disk(server, smtp):
    ann = Person(server)
    done(ann.ask_for_code())
    code = smtp.wait_for_letter(ann.email).code
    assert not shows(server.log, code)
    for file in filter(Path.is_file, server.data.parent.rglob("*")):
        assert not shows(file.read_text("utf-8", "replace"), code)


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False)])
def test_the_letter_is_in_the_language_of_the_browser(server, smtp, language, russian):
    ann = Person(server, language=language)
    done(ann.ask_for_code())
    letter = smtp.wait_for_letter(ann.email)
    assert is_russian(letter.subject) is is_russian(letter.text) is russian


def test_an_address_with_a_line_break_sends_nothing(server, smtp):
    before = len(smtp.attempts)
    answer = Person(server).post("/auth", {"email": "ann@example.com\r\nBcc: victim@example.com"})
    assert refusal(answer) == (400, "bad_input")
    ann = Person(server)
    done(ann.ask_for_code())
    smtp.wait_for_letter(ann.email)
    assert len(smtp.attempts) == before + 1
