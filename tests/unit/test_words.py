"""The words that people read: those of docs/words.md, the same in page, letters and command."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadzone import i18n

ROOT = Path(i18n.__file__).parents[1]
COMMAND = {
    language: json.loads((ROOT / "cli" / "loadzone_cli" / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    for language in i18n.LANGUAGES
}
TABLES = re.findall(r"(?m)((?:^\|.*\n)+)", (ROOT / "docs" / "words.md").read_text(encoding="utf-8"))
TERMS, *REPLACED = ([[cell.strip() for cell in row[1:-1].split("|")] for row in t.splitlines()[2:]] for t in TABLES)
FORBIDDEN = [
    (language, phrase)
    for language, rows in zip(("en", "ru"), REPLACED, strict=True)
    for row in rows
    for phrase in row[0].split("; ")
]

# The help of a command, and the entry of the page whose word it must have.
COMMAND_WORDS = {
    "command.book": "act.book",
    "command.renew": "act.renew",
    "command.release": "act.release",
    "command.hand-over": "act.hand-over",
    "command.note": "columns.about",
    "command.queue": "queue.leave",
    "state.free": "state.free",
    "state.held": "state.held",
    "state.maintenance": "state.maintenance",
    "table.machine": "columns.name",
    "table.address": "columns.ip",
    "table.state": "columns.who",
    "table.group": "fact.group",
    "table.tags": "fact.tags",
}
# Words that have a ё; those that exist without it too, such as «все», are not here.
YO = [
    "ещё",
    "её",
    "неё",
    "идёт",
    "ждёт",
    "ждёте",
    "займёт",
    "перейдёт",
    "придёт",
    "пришлёт",
    "подойдёт",
    "пройдёт",
    "вернёт",
    "истечёт",
    "учётная",
    "тёмная",
    "объём",
]
# What follows a number and is the same for every number.
SAME_FOR_ALL = {"с", "мин", "ч", "дн", "из"}
# These texts are about characters, and name them or letters of the alphabet.
ABOUT_CHARACTERS = r"vm\.id_hint|error\.bad_input\.(vm_id|ssh_user)"
WITH_JSON = r"help\.run\.epilog"


def strings(entry) -> list[str]:
    """Return the strings of an entry: its only one, its lines, or its plural forms."""
    return list(entry.values()) if isinstance(entry, dict) else entry if isinstance(entry, list) else [entry]


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Yield each text that people read in this language, with its key."""
    for catalogue in (i18n.PAGE[language], i18n.SERVER[language], COMMAND[language]):
        for key, entry in catalogue.items():
            yield from ((key, text) for text in strings(entry))


def found(pattern: str, language: str, but: str = "(?!)") -> dict[str, str]:
    """Return the texts of this language that have the pattern, by their keys; those of keys like `but` are left out."""
    return {
        key: text
        for key, text in sentences(language)
        if re.search(pattern, text, re.IGNORECASE) and not re.match(but, key)
    }


@pytest.mark.parametrize(("thing", "english", "russian", "entry"), TERMS, ids=[row[1] for row in TERMS])
def test_each_term_of_the_glossary_is_that_of_the_page(thing, english, russian, entry):
    key = entry.strip("`")
    assert (i18n.PAGE["en"][key], i18n.PAGE["ru"][key]) == (english, russian), thing


@pytest.mark.parametrize(("language", "phrase"), FORBIDDEN)
def test_no_text_has_what_the_glossary_replaces(language, phrase):
    assert found(rf"(?<!\w){re.escape(phrase)}(?!\w)", language, but=ABOUT_CHARACTERS) == {}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize(("of_command", "of_page"), COMMAND_WORDS.items())
def test_the_command_uses_the_words_of_the_page(language, of_command, of_page):
    stem = i18n.PAGE[language][of_page].lower()[:5]
    assert stem in COMMAND[language][of_command].lower()


def test_selecting_all_says_what_a_click_does():
    assert found(r"^(all \{n\}|всю|все \{n\})", "en") | found(r"^(all \{n\}|всю|все \{n\})", "ru") == {}


@pytest.mark.parametrize(
    ("language", "pattern"),
    [("en", r"[\"'«»]"), ("ru", r"[\"'“”]"), ("en", r"!|\.\.\."), ("ru", r"!|\.\.\.")],
)
def test_quotes_and_ellipses_are_those_of_the_language(language, pattern):
    assert found(pattern, language, but=WITH_JSON) == {}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_number_stays_on_the_line_of_its_sign(language):
    assert found(r"(\bNo\.|№)[^\u00a0]", language) == {}


def test_no_russian_text_shows_the_gender_of_a_person():
    assert found(r"\((а|ла|ась|на)\)", "ru") == {}
    assert found(r"(^|[:.;] )\{(by|who|email|holder|to|person)\} \w+(л|ла|лся|лась|ен|ена)\b", "ru") == {}


@pytest.mark.parametrize("word", YO)
def test_yo_is_written(word):
    assert found(rf"(?<!\w){word.replace('ё', 'е')}(?!\w)", "ru") == {}


def test_a_russian_noun_after_a_number_is_inflected():
    """1 машина, 2 машины, 5 машин: the entry has three forms, and they are not the same."""
    plurals = [
        (key, [set(re.findall(r"\{n\} ([а-яё]+)", entry[form])) for form in ("one", "few", "many")])
        for catalogue in (i18n.PAGE["ru"], i18n.SERVER["ru"], COMMAND["ru"])
        for key, entry in catalogue.items()
        if isinstance(entry, dict)
    ]
    nouns = {key: words for key, words in plurals if words[0] and not words[0] <= SAME_FOR_ALL}
    assert [key for key, (one, few, many) in nouns.items() if one == few == many] == []
    assert len(nouns) > 30
