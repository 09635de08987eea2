"""What the command says: usage, help, two languages, the local time, on whatever terminal."""

import ast
import importlib
import re
import string
import sys

import pytest

from support.answers import done, is_russian
from support.people import Person
from support.server import ROOT

COMMANDS = ["login", "list", "book", "renew", "release", "queue", "queue join", "queue leave", "run"]
SOURCE = (ROOT / "cli" / "loadzone_cli" / "job.py").read_text(encoding="utf-8")


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
def test_wrong_usage_says_so(loadzone, words):
    ended = loadzone(*words.split())
    assert (ended.status, ended.out) == (2, "")
    assert ended.err


def test_the_version(loadzone):
    assert lines(loadzone("--version"))[0].startswith("loadzone ")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_everywhere_in_both_languages(loadzone, command):
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
def test_the_locale_chooses_ours_and_the_servers_words(loadzone, environment, russian):
    assert is_russian(loadzone("list", **environment).out) is russian
    assert is_russian(loadzone("book", "nix", "--hours", "1", **environment).err) is russian


def test_russian_counts(loadzone, server, bob):
    done(bob.book("perf-1"))
    said = []
    for _ in range(5):
        done(Person(server).sign_in().post("/queue/join", {"vm_id": "perf-1", "hours": 1}))
        said.append(loadzone("list", LANG="ru_RU.UTF-8").out.split(", ")[-1].split("\n")[0])
    assert [said[0], said[1], said[4]] == ["ждёт 1 человек", "ждут 2 человека", "ждут 5 человек"]


def test_times_are_local_and_name_their_zone(loadzone, bob):
    done(bob.book("lone"))
    assert " +05" in loadzone("list", TZ="<+05>-5").out


def test_a_terminal_that_knows_no_cyrillic_gets_question_marks(loadzone):
    ended = loadzone("list", LC_ALL="ru_RU.ISO-8859-1", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert (ended.status, ended.err) == (0, "")
    assert "??????" in ended.out


def test_every_text_is_there_in_both_languages():
    fields = string.Formatter().parse
    for key, (english, russian) in module().TEXTS.items():
        assert not is_russian(english), key
        assert is_russian(russian) or key == "bad.config", key
        assert (english.count("|"), russian.count("|")) in ((0, 0), (1, 2)), key
        if not key.startswith("help"):
            named = [{field for _, field, _, _ in fields(text)} - {None} for text in (english, russian)]
            assert named[0] == named[1], key


def test_every_text_is_used_and_every_one_used_is_there():
    named = set(re.findall(r"""\bt\(f?["\']([^"\'{]+)["\'{]""", SOURCE))
    texts = set(module().TEXTS)
    prefixes = {name for name in named if name.endswith(".")}
    assert {name for name in named - prefixes if name not in texts} == set()
    assert {key for key in texts - named if not key.startswith(tuple(prefixes))} == set()


def module():
    sys.path.insert(0, str(ROOT / "cli"))
    try:
        return importlib.import_module("loadzone_cli.job")
    finally:
        del sys.path[0]


def test_python_3_8_reads_it_and_it_needs_the_standard_library_alone():
    tree = ast.parse(SOURCE, feature_version=(3, 8))
    imported = {
        name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    imported |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported - {"loadzone_cli"} <= set(sys.stdlib_module_names)
