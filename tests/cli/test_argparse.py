"""Argparse in Russian. Its messages are found by their English words, which may differ between Python versions."""

import json
import re

import pytest

from support.server import ROOT

# By key in texts/en.json: the arguments, and how the last line of the error output must begin.
WRONG_USAGE = {
    "argparse.error.required": ("queue join lone", "loadzone: не хватает аргументов: --hours"),
    "argparse.error.unrecognized": ("list more", "loadzone: неизвестные аргументы: more"),
    "argparse.error.one_required": ("book --hours 1", "loadzone: нужен один из аргументов: VM --group"),
    "argparse.error.not_with": (
        "run --vm lone --group perf --hours 1 -- true",
        "loadzone: аргумент --group: не сочетается с --vm",
    ),
    "argparse.error.no_value": ("book lone --hours", "loadzone: аргумент --hours: нужно значение"),
    "argparse.error.needless_value": ("list --free=x", "loadzone: аргумент --free: значение не нужно: 'x'"),
    "argparse.error.choice": ("nix", "loadzone: аргумент КОМАНДА: неизвестное значение 'nix' (допустимы: "),
    "argparse.error.argument": (
        "book lone --hours 0",
        "loadzone: аргумент --hours: не удалось прочитать часы: 0; примеры: 2, 0.5, 90m, 1h30m",
    ),
}
ADVICE = "argparse of this Python uses other words: change cli/loadzone_cli/texts/en.json accordingly"


@pytest.fixture
def server(shared_server):
    return shared_server


def test_each_message_is_tried():
    texts = json.loads((ROOT / "cli" / "loadzone_cli" / "texts" / "en.json").read_text(encoding="utf-8"))
    assert WRONG_USAGE.keys() == {key for key in texts if key.startswith("argparse.error.")}


@pytest.mark.parametrize("key", WRONG_USAGE)
def test_wrong_usage_in_russian(loadzone, key):
    words, expected = WRONG_USAGE[key]
    ended = loadzone(*words.split(), LANG="ru_RU.UTF-8")
    assert ended.err.splitlines()[-1].startswith(expected), ADVICE
    assert ended.err.startswith("вызов: loadzone "), ADVICE


@pytest.mark.parametrize("command", ["", "book", "queue"])
def test_help_in_russian(loadzone, command):
    text = loadzone(*command.split(), "--help", LANG="ru_RU.UTF-8").out
    assert text.startswith("вызов: loadzone "), ADVICE
    assert re.findall(r"^(?:аргументы|параметры):$", text, re.M) == ["аргументы:", "параметры:"], ADVICE
    assert re.search(r"^  -h, --help +показать эту справку и выйти$", text, re.M), ADVICE
    assert not re.search(r"\b(?:usage:|options:|arguments:|show this)", text), ADVICE
