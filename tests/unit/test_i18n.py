"""Every sentence exists in every language, with the same placeholders and the plural forms of that language."""

import ast
import re
import string
from datetime import datetime, timezone
from pathlib import Path

import pytest

from loadzone import config, i18n
from loadzone.domain.events import EVENT_KINDS, Reach
from loadzone.rules.by_link import ACTIONS
from loadzone.schemas.validation import _REASONS
from loadzone.web.errors import STATUS

PERSONAL = {kind.name for kind in EVENT_KINDS.values() if kind.reach is Reach.PERSON}
PUBLIC = {kind.name for kind in EVENT_KINDS.values() if kind.reach is Reach.EVERYBODY}
FORMS = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
ROOT = Path(i18n.__file__).parents[1]


def placeholders(entry):
    texts = entry.values() if isinstance(entry, dict) else [entry]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("catalogue", [i18n.PAGE, i18n.SERVER], ids=["page", "server"])
def test_all_languages_have_the_same_sentences_with_the_same_placeholders(catalogue):
    english, russian = catalogue["en"], catalogue["ru"]
    assert english.keys() == russian.keys()
    for key in english:
        assert placeholders(english[key]) - {"n"} == placeholders(russian[key]) - {"n"}, key
        assert isinstance(english[key], dict) == isinstance(russian[key], dict), key


@pytest.mark.parametrize("catalogue", [i18n.PAGE, i18n.SERVER], ids=["page", "server"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_plurals_have_the_forms_of_their_language(catalogue, language):
    for key, entry in catalogue[language].items():
        if isinstance(entry, dict):
            assert entry.keys() == FORMS[language], key


def test_the_settings_know_the_languages_of_the_catalogue():
    assert sorted(config.LANGUAGES) == sorted(i18n.LANGUAGES)


@pytest.mark.parametrize("code", sorted(set(STATUS) - {"bad_input"}))
def test_every_refusal_has_a_sentence(code):
    assert f"error.{code}" in i18n.SERVER["en"]


@pytest.mark.parametrize("reason", sorted({*_REASONS.values(), "other", "json", "object", "hours", "request"}))
def test_every_reason_for_bad_input_has_a_sentence(reason):
    assert f"error.bad_input.{reason}" in i18n.SERVER["en"]


@pytest.mark.parametrize("kind", sorted(PUBLIC | PERSONAL - {"role_changed"}))
def test_every_event_with_a_notification_has_a_sentence_for_one_and_for_many(kind):
    assert {f"notice.{kind}", f"notice.{kind}.many"} <= i18n.SERVER["en"].keys()


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("many", ["", ".many"])
def test_every_action_of_a_link_has_its_page(action, many):
    parts = ("title", "text", "button", "done")
    assert {f"link.{action}.{part}{many}" for part in parts} <= i18n.SERVER["en"].keys()


def refusals_in_the_code() -> list[ast.Call]:
    paths = [*ROOT.glob("*.py"), *ROOT.glob("loadzone/**/*.py")]
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "refuse"]


def test_every_reason_in_the_code_has_a_sentence():
    given = (word for call in refusals_in_the_code() for word in call.keywords if word.arg == "reason")
    reasons = {word.value.value for word in given if isinstance(word.value, ast.Constant)}
    assert {f"error.bad_input.{reason}" for reason in reasons} <= i18n.SERVER["en"].keys()
    assert {"too_many_tags", "json"} <= reasons


def test_every_refusal_in_the_code_has_a_status():
    used = {arg.value for call in refusals_in_the_code() for arg in call.args if isinstance(arg, ast.Constant)}
    assert used <= STATUS.keys()
    assert {"vm_taken", "not_allowed", "bad_input"} <= used


@pytest.mark.parametrize(
    ("language", "amount", "text"),
    [
        ("en", 1, "1 hour"),
        ("en", 1.5, "1.5 hours"),
        ("en", 0.25, "15 minutes"),
        ("en", 0.9999, "1 hour"),
        ("en", 0.0001, "1 minute"),
        ("ru", 1, "1 час"),
        ("ru", 3, "3 часа"),
        ("ru", 5, "5 часов"),
        ("ru", 11, "11 часов"),
        ("ru", 21, "21 час"),
        ("ru", 1.5, "1,5 часа"),
        ("ru", 0.25, "15 минут"),
        ("ru", 1 / 60, "1 минуту"),
    ],
)
def test_hours_are_worded_as_the_language_asks(language, amount, text):
    assert i18n.hours(language, amount) == text


def test_a_moment_names_its_zone():
    moment = datetime(2026, 11, 24, 12, 5, tzinfo=timezone.utc)
    for language in i18n.LANGUAGES:
        assert re.search(r"\d\d:05 \(UTC[+-]\d\d:\d\d\)$", i18n.moment(language, moment))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (["en"], "en"),
        (["en-GB"], "en"),
        (["ru-RU", "en"], "ru"),
        (["de", "fr-CA", "en"], "en"),
        ([None, "", "xx", "!!", "*"], None),
        ([], None),
    ],
)
def test_the_first_known_language_is_chosen(accepted, language):
    assert i18n.best_of(accepted) == language


def test_text_from_users_is_not_used_as_a_format():
    assert "{by}" in i18n.say("en", "notice.released", by="{by}", vm_id="{0.__class__}")
