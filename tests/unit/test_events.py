"""The catalogue of events: rules tell its kinds and no others, and each kind has its sentences, letter and log line."""

import ast
import json
import re
import string
from pathlib import Path

import pytest

from app import create_app
from loadzone import i18n, rules
from loadzone.config import Config
from loadzone.domain.events import ALWAYS_SENT, EVENT_KINDS, LETTER_KINDS, Reach

RULES = sorted(Path(rules.__file__).parent.glob("*.py"))
TOLD_TO_PEOPLE = [kind for kind in EVENT_KINDS.values() if kind.reach is not Reach.NOBODY]
# Sentences of one kind that depend on more than the kind (loadzone/notifications/messages.py).
VARIANTS = {"role_changed": ["admin", "user"]}
MORE = {"notice.force_released.reason", "notice.handed_over.by_admin", "notice.booked.for_other"}


def kinds_told():
    """Return the kinds of all events that rules make, by their source."""
    told = set()
    for path in RULES:
        module = ast.parse(path.read_text(encoding="utf-8"))
        for call, function in calls_of("Event", module):
            kinds = values_of(call.args[0], function, module)
            assert kinds, f"{path.name}:{call.lineno}: the kind of this event is not found"
            told |= kinds
    return told


def calls_of(name, module):
    """Return each call of the function `name`, with the function in which it stands."""
    methods = [part for owner in module.body if isinstance(owner, ast.ClassDef) for part in owner.body]
    return [
        (node, function)
        for function in (*module.body, *methods)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    ]


def values_of(node, function, module):
    """Return the texts that an expression may be: a constant, a choice, a variable, or the first parameter."""
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return values_of(node.body, function, module) | values_of(node.orelse, function, module)
    if node.id == function.args.args[0].arg:
        found = [values_of(call.args[0], caller, module) for call, caller in calls_of(function.name, module)]
    else:
        assignments = [part for part in ast.walk(function) if isinstance(part, ast.Assign)]
        found = [
            values_of(part.value, function, module)
            for part in assignments
            if getattr(part.targets[0], "id", "") == node.id
        ]
    return set().union(*found)


def test_rules_tell_each_kind_of_the_catalogue_and_no_other():
    assert kinds_told() == EVENT_KINDS.keys()


def test_a_kind_that_is_a_variable_or_a_parameter_is_found():
    """The test above relies on it."""
    told = kinds_told()
    assert {"released", "force_released", "maintenance_began", "maintenance_ended"} <= told, "variables"
    assert {"queue_removed", "queue_gone"} <= told, "parameters"
    assert {"first_admin", "user_added"} <= told, "a choice of two"


def test_each_kind_is_found_by_its_name():
    assert all(name == kind.name for name, kind in EVENT_KINDS.items())


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_there_are_sentences_for_each_kind_that_people_are_told_and_for_no_other(language):
    needed = set(MORE)
    for kind in TOLD_TO_PEOPLE:
        if kind.name in VARIANTS:
            needed |= {f"notice.{kind.name}.{variant}" for variant in VARIANTS[kind.name]}
        else:
            needed |= {f"notice.{kind.name}", f"notice.{kind.name}.many"}
        if kind.by_place:
            needed.add(f"notice.{kind.name}.group")
    assert {key for key in i18n.SERVER[language] if key.startswith("notice.")} == needed


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_there_are_a_subject_and_a_text_for_each_letter_and_for_no_other(language):
    letters = {kind.letter for kind in EVENT_KINDS.values() if kind.letter} | {"code"}
    for part in ("subject", "text"):
        found = {key for key in i18n.SERVER[language] if re.fullmatch(rf"mail\.\w+\.{part}", key)}
        assert found == {f"mail.{letter}.{part}" for letter in letters}
        about_several = {key for key in i18n.SERVER[language] if re.fullmatch(rf"mail\.\w+\.{part}\.many", key)}
        assert about_several == {f"mail.{letter}.{part}.many" for letter in letters - set(ALWAYS_SENT)}


def test_only_kinds_without_a_sentence_have_a_log_line_of_their_own():
    """A kind that people are told of is logged by its sentence, and would be logged twice."""
    with_line = [kind for kind in EVENT_KINDS.values() if kind.log]
    assert with_line
    for kind in with_line:
        assert kind.reach is Reach.NOBODY, kind.name
        assert {name for _, name, _, _ in string.Formatter().parse(kind.log) if name} <= {"by", "to", "via"}, kind.name


def test_the_page_gets_the_kinds_of_its_inbox_and_of_the_browsers_notifications(tmp_path):
    app = create_app(Config(data=tmp_path / "data.json", secret_key="a key for tests alone"))
    try:
        html = app.test_client().get("/").text
    finally:
        app.extensions["application"].stop()
    [boot] = re.findall(r'<script type="application/json" id="boot">(.*?)</script>', html, re.DOTALL)
    assert json.loads(boot)["events"] == {
        "personal": [kind.name for kind in EVENT_KINDS.values() if kind.reach is Reach.PERSON],
        "alert": [kind.name for kind in EVENT_KINDS.values() if kind.alert],
    }


def test_the_page_has_no_lists_of_kinds_of_its_own():
    static = Path(__file__).parents[2] / "static"
    inbox = (static / "notification_inbox.js").read_text(encoding="utf-8")
    alerts = (static / "browser_notifications.js").read_text(encoding="utf-8")
    assert "new Set(boot.events.personal)" in inbox
    assert "new Set(boot.events.alert)" in alerts
    named = {name for name in EVENT_KINDS if f'"{name}"' in inbox + alerts}
    assert named == {"held"}, "whose notification stays until the user closes it"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_each_kind_of_letter_has_a_name_by_which_it_is_chosen(language):
    named = {key for key in i18n.PAGE[language] if key.startswith("letters.")}
    about_dialog = {f"letters.{part}" for part in ("title", "what", "saved", "zone", "zone_here")}
    assert named - about_dialog == {f"letters.{kind}" for kind in LETTER_KINDS}
