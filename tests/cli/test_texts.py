"""The texts of the command line: usage, help, both languages, local times, terminals without Cyrillic."""

import json
import re
import string

import pytest

from support.answers import done, is_russian
from support.people import Person
from support.server import ROOT

COMMANDS = [
    "login",
    "list",
    "book",
    "renew",
    "note",
    "release",
    "queue",
    "queue join",
    "queue leave",
    "history",
    "usage",
    "run",
]
PACKAGE = ROOT / "cli" / "loadzone_cli"
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.glob("*.py")))
TEXTS = {
    language: json.loads((PACKAGE / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    for language in ("en", "ru")
}


@pytest.fixture
def server(shared_server):
    return shared_server


def lines(ended):
    assert ended.status == 0, ended.err
    return ended.out.splitlines()


@pytest.mark.parametrize(
    "words",
    [
        "",
        "nix",
        "book",
        "book lone",
        "book --hours 1",
        "book lone --group perf --hours 1",
        "book lone --hours 0",
        "book lone --hours nan",
        "book lone --hours two",
        "book lone --count 2 --hours 1",
        "book lone --tag gpu --hours 1",
        "book --group perf --count 0 --hours 1",
        "release",
        "queue join --hours 1",
    ],
)
def test_wrong_usage_is_reported(loadzone, words):
    ended = loadzone(*words.split())
    assert (ended.status, ended.out) == (2, "")
    assert ended.err


def test_the_version(loadzone):
    assert lines(loadzone("--version"))[0].startswith("loadzone ")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_in_both_languages(loadzone, command):
    english, russian = (loadzone(*command.split(), "--help", LANG=lang) for lang in ("C.UTF-8", "ru_RU.UTF-8"))
    assert "usage: loadzone" in "\n".join(lines(english))
    assert not is_russian(english.out)
    assert "вызов: loadzone" in "\n".join(lines(russian))
    assert len(russian.out.split()) > 5


@pytest.mark.parametrize(
    ("environment", "russian"),
    [
        ({"LANG": "ru_RU.UTF-8"}, True),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, True),
        ({"LANG": "de_DE.UTF-8"}, False),
    ],
)
def test_the_locale_chooses_the_language_of_command_and_server(loadzone, environment, russian):
    assert is_russian(loadzone("list", **environment).out) is russian
    assert is_russian(loadzone("book", "nix", "--hours", "1", **environment).err) is russian


def test_russian_counts(loadzone, server, bob):
    done(bob.book("perf-1"))
    shown = []
    for _ in range(5):
        done(Person(server).sign_in().post("/queue/join", {"vm_id": "perf-1", "hours": 1}))
        shown.append(loadzone("list", LANG="ru_RU.UTF-8").out.split(", ")[-1].split("\n")[0])
    assert [shown[0], shown[1], shown[4]] == ["ждёт 1 человек", "ждут 2 человека", "ждут 5 человек"]


def test_times_are_local_and_name_their_zone(loadzone, bob):
    done(bob.book("lone"))
    assert " +05" in loadzone("list", TZ="<+05>-5").out


def test_a_terminal_without_cyrillic_gets_question_marks(loadzone):
    ended = loadzone("list", LC_ALL="ru_RU.ISO-8859-1", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert (ended.status, ended.err) == (0, "")
    assert "??????" in ended.out


def test_every_text_exists_in_both_languages():
    assert TEXTS["en"].keys() == TEXTS["ru"].keys()
    for key in TEXTS["en"]:
        english, russian = TEXTS["en"][key], TEXTS["ru"][key]
        assert not is_russian("".join(strings(english))), key
        assert is_russian("".join(strings(russian))), key
        assert isinstance(english, dict) is isinstance(russian, dict), key
        if not key.startswith("help."):
            assert placeholders(english) == placeholders(russian), key


def strings(entry):
    """Return the strings of an entry: its only one, its lines or its plural forms."""
    return list(entry.values()) if isinstance(entry, dict) else entry if isinstance(entry, list) else [entry]


def placeholders(entry):
    """Return the names of the placeholders, which are the same in each plural form."""
    [named] = {
        frozenset(field for _, field, _, _ in string.Formatter().parse(text) if field) for text in strings(entry)
    }
    return named


@pytest.mark.parametrize(("language", "forms"), [("en", ["one", "other"]), ("ru", ["one", "few", "many"])])
def test_plurals_have_the_forms_of_their_language(language, forms):
    plurals = {key: list(entry) for key, entry in TEXTS[language].items() if isinstance(entry, dict)}
    assert plurals == dict.fromkeys(["waiting", "run.too_few"], forms)


def test_every_text_is_used_and_every_used_text_exists():
    named = set(re.findall(r"""\bt\(f?["\']([^"\'{]+)["\'{]""", SOURCE))
    texts = set(TEXTS["en"])
    prefixes = {name for name in named if name.endswith(".")} | {"argparse."}
    assert {name for name in named - prefixes if name not in texts} == set()
    assert {key for key in texts - named if not key.startswith(tuple(prefixes))} == set()
