"""Every letter in every language: which event asks for it, and what it says."""

import re
from datetime import timedelta

import pytest

from loadzone.domain.events import EVENT_KINDS, Event
from loadzone.i18n import LANGUAGES, moment
from loadzone.notifications.letters import LetterWriter, code_letter, letters_for
from loadzone.notifications.signed_links import SignedLinks
from support.world import ALICE, BOB, NOON

KINDS = {kind.name for kind in EVENT_KINDS.values() if kind.letter}
LINKS = SignedLinks("k" * 20, "http://lz")
WRITER = LetterWriter(LINKS, "http://lz")
UNTIL = NOON + timedelta(minutes=15)
BUTTONS = {"held": ["take", "pass"], "reminder": ["renew", "release"]}
WITH_END = sorted(
    KINDS - {"force_released", "vm_deleted", "hold_taken", "waiting_maintenance", "queue_removed", "queue_gone"}
)


def event(kind, **more):
    facts = {"by": ALICE, "to": BOB, "vm_id": "vm-7", "until": UNTIL, "booked_at": NOON, "hours": 2, **more}
    return Event(kind, **facts)


def written(about, language="en"):
    (letter,) = letters_for(about, NOON)
    return WRITER.write(letter, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_it_says_which_machine_in_the_readers_language(kind, language):
    letter = written(event(kind), language)
    for text in (letter.subject, letter.text, letter.html):
        assert "vm-7" in text
        assert not re.search(r"\{\w*\}|None", text)
    russian = re.search("[а-яё]{3}", letter.subject + letter.text.replace("vm-7", ""), re.IGNORECASE)
    assert bool(russian) == (language == "ru")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", WITH_END)
def test_it_says_until_when_if_that_matters(kind, language):
    assert moment(language, UNTIL) in written(event(kind), language).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_its_buttons_lead_to_its_actions(kind, language):
    letter = written(event(kind), language)
    links = re.findall(r"http://lz/link/([^\s\"<]+)", letter.text)
    assert [LINKS.read(token).action for token in links] == BUTTONS.get(kind, [])
    for target in map(LINKS.read, links):
        assert (target.vm_id, target.holder, target.since, target.until) == ("vm-7", BOB, NOON, UNTIL)
    assert set(re.findall(r"http://lz/link/([^\s\"<]+)", letter.html)) == set(links)


@pytest.mark.parametrize("kind", ["hold_taken", "waited_for", "queue_removed", "force_released", "waiting_maintenance"])
def test_it_says_who_did_it(kind):
    assert ALICE in written(event(kind)).text


@pytest.mark.parametrize("kind", ["maintenance_began", "waiting_maintenance", "force_released"])
def test_it_says_why(kind):
    letter = written(event(kind, reason="disk <swap>"))
    assert "Reason: disk <swap>" in letter.text
    assert "disk &lt;swap&gt;" in letter.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["queue_removed", "queue_gone"])
def test_a_letter_about_a_groups_queue_names_the_group(kind, language):
    letter = written(event(kind, vm_id=None, group_id=1, group="Perf"), language)
    assert "Perf" in letter.subject
    assert "Perf" in letter.text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nobody_gets_a_letter_about_their_own_action_or_an_event_for_nobody(kind):
    assert list(letters_for(event(kind, by=BOB), NOON)) == []
    assert list(letters_for(event(kind, to=None), NOON)) == []


@pytest.mark.parametrize("kind", ["booked", "renewed", "released", "maintenance_ended", "role_changed", "token_made"])
def test_other_events_ask_for_no_letter(kind):
    assert list(letters_for(event(kind), NOON)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_with_a_code_has_it_in_the_subject_and_names_the_person(language):
    letter = WRITER.write(code_letter(BOB, "123456", language, NOON), language)
    assert "123456" in letter.subject
    assert BOB in letter.text


@pytest.mark.parametrize("kind", ["held", "auto_booked"])
def test_a_quiet_event_asks_for_no_letter(kind):
    assert list(letters_for(event(kind, quiet=True), NOON)) == []
