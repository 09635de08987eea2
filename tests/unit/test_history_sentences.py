"""Every kind of line of the history has its sentence, on the page and in the command, in both languages."""

import json
import re
from pathlib import Path

import pytest

from loadzone import i18n
from loadzone.domain.events import EVENT_KINDS
from loadzone.web.texts import OF_DIALOGS

ROOT = Path(i18n.__file__).parents[1]
KINDS = [kind.name for kind in EVENT_KINDS.values() if kind.history]
COMMAND = {
    language: json.loads((ROOT / "cli" / "loadzone_cli" / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    for language in i18n.LANGUAGES
}
SHARED = ("history.act.", "history.field.", "history.via.")
KINDS_JS = (ROOT / "static" / "history" / "kinds.js").read_text(encoding="utf-8")
FACTS = {"who", "from", "group", "until"}  # what page and command fill in


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_sentence(kind, language):
    assert i18n.PAGE[language][f"history.act.{kind}"]
    assert COMMAND[language][f"history.act.{kind}"]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_page_and_command_say_the_same(language):
    page = {key: text for key, text in i18n.PAGE[language].items() if key.startswith(SHARED)}
    assert {key: text for key, text in COMMAND[language].items() if key.startswith(SHARED)} == page
    assert len(page) > 100


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_sentences_are_of_kinds_that_there_are_and_have_facts_that_lines_have(language):
    for key, text in i18n.PAGE[language].items():
        if key.startswith("history.act."):
            assert key.split(".")[2] in KINDS, key
            assert set(re.findall(r"\{(\w+)\}", text)) <= FACTS, key
    assert "history." in OF_DIALOGS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_in_one_category_of_the_pages_filter(kind):
    lists, of_history = KINDS_JS.split("export const OF_HISTORY")
    in_categories = re.findall(r'"(\w+)"', lists)
    assert in_categories.count(kind) + re.findall(r'"(\w+)"', of_history.split(";")[0]).count(kind) == 1


def test_the_filter_knows_no_other_kinds():
    assert set(re.findall(r'"(\w+)"', KINDS_JS.split("export const BEGINS")[0])) == set(KINDS)
