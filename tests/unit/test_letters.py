"""Every letter in every language: which event asks for it, and what it says."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from loadzone.domain.events import EVENT_KINDS, Event
from loadzone.domain.links import mark_of
from loadzone.domain.people import Letter
from loadzone.i18n import LANGUAGES, moment, say
from loadzone.notifications.letters import ABOUT_GONE, LetterWriter, Reader, code_letter, letters_for
from loadzone.notifications.signed_links import SignedLinks
from support.world import ALICE, BOB, CHARLIE, NOON

# Those about machines and queues. tests/unit/test_invitations.py has the letter to somebody who is invited.
KINDS = {kind.name for kind in EVENT_KINDS.values() if kind.letter and kind.letter != "invitation"}
LINKS = SignedLinks("k" * 20, "http://lz")
WRITER = LetterWriter(LINKS, "http://lz")
UNTIL = NOON + timedelta(minutes=15)
BUTTONS = {
    "held": ["take", "pass"],
    "reminder": ["renew", "release"],
    "received": ["renew", "release"],
    "booked_for": ["renew", "release"],
}
ENDLESS = {
    "force_released",
    "handed_over",
    "vm_deleted",
    "hold_taken",
    "waiting_maintenance",
    "queue_removed",
    "queue_gone",
    "queue_back",
}
WITH_END = sorted(KINDS - ENDLESS)


def event(kind, **more):
    facts = {"by": ALICE, "to": BOB, "vm_id": "vm-7", "until": UNTIL, "booked_at": NOON, "hours": 2, **more}
    return Event(kind, **facts)


def written(about, language="en"):
    (letter,) = letters_for([about], NOON)
    return WRITER.write(letter, Reader(language))


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


def machine_links(text):
    return re.findall(r"http://lz/\?vm=[^\s\"<]+", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_name_of_its_machine_is_a_link_unless_the_machine_is_gone(kind, language):
    letter = written(event(kind), language)
    is_gone = EVENT_KINDS[kind].letter in ABOUT_GONE
    links = [] if is_gone else ["http://lz/?vm=vm-7"]
    assert machine_links(letter.text) == machine_links(letter.html) == links
    assert (">vm-7</a>" in letter.html) != is_gone


@pytest.mark.parametrize("name", ["a&b <c>", "стенд+1%/?#", "ы" * 64, "two  words", "x" * 200])
def test_a_link_carries_any_name(name):
    letter = written(event("expired", vm_id=name))
    [in_text], [in_html] = machine_links(letter.text), machine_links(letter.html)
    assert in_text == html.unescape(in_html)
    assert parse_qs(urlsplit(in_text).query) == {"vm": [name]}
    assert "<c>" not in letter.html


def test_what_has_no_address_of_its_own_is_not_linked():
    for about in (event("queue_removed", vm_id="", group="Staging"), event("expired", vm_id="x" * 201)):
        letter = written(about)
        assert machine_links(letter.text) == machine_links(letter.html) == []


def test_each_machine_of_a_list_is_a_link():
    (letter,) = letters_for([event("expired", vm_id="a"), event("expired", vm_id="b")], NOON)
    rendered = WRITER.write(letter, Reader("en"))
    assert machine_links(rendered.html) == ["http://lz/?vm=a", "http://lz/?vm=b"]
    assert machine_links(rendered.text) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_its_buttons_lead_to_its_actions(kind, language):
    letter = written(event(kind), language)
    links = re.findall(r"http://lz/link/([^\s\"<]+)", letter.text)
    assert [LINKS.read(token).action for token in links] == BUTTONS.get(kind, [])
    for target in map(LINKS.read, links):
        assert (target.holder, target.marks) == (BOB, {mark_of("vm-7", NOON, UNTIL)})
    assert set(re.findall(r"http://lz/link/([^\s\"<]+)", letter.html)) == set(links)


@pytest.mark.parametrize(
    "kind",
    [
        "hold_taken",
        "handed_over",
        "received",
        "booked_for",
        "waited_for",
        "queue_removed",
        "force_released",
        "waiting_maintenance",
    ],
)
def test_it_says_who_did_it(kind):
    assert ALICE in written(event(kind)).text


@pytest.mark.parametrize("kind", ["maintenance_began", "waiting_maintenance", "force_released"])
def test_it_says_why(kind):
    letter = written(event(kind, reason="disk <swap>"))
    assert "Reason: disk <swap>" in letter.text
    assert "disk &lt;swap&gt;" in letter.html


@pytest.mark.parametrize("kind", ["received", "booked_for"])
def test_it_says_what_for(kind):
    letter = written(event(kind, note="soak <4.2>"))
    assert "What for: soak <4.2>" in letter.text
    assert "What for: soak &lt;4.2&gt;" in letter.html


def test_it_says_who_has_the_machine_now():
    assert f", to {CHARLIE}." in written(event("handed_over", receiver=CHARLIE)).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["queue_removed", "queue_gone"])
def test_a_letter_about_a_groups_queue_names_the_group(kind, language):
    letter = written(event(kind, vm_id=None, group_id=1, group="Perf"), language)
    assert "Perf" in letter.subject
    assert "Perf" in letter.text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nobody_gets_a_letter_about_their_own_action_or_an_event_for_nobody(kind):
    assert list(letters_for([event(kind, by=BOB)], NOON)) == []
    assert list(letters_for([event(kind, to=None)], NOON)) == []


@pytest.mark.parametrize("kind", ["booked", "renewed", "released", "maintenance_ended", "role_changed", "token_made"])
def test_other_events_ask_for_no_letter(kind):
    assert list(letters_for([event(kind)], NOON)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_with_a_code_has_it_in_the_subject_and_names_the_person(language):
    letter = WRITER.write(code_letter(BOB, "123456", language, NOON), Reader(language))
    assert "123456" in letter.subject
    assert BOB in letter.text


@pytest.mark.parametrize("kind", ["held", "auto_booked"])
def test_a_quiet_event_asks_for_no_letter(kind):
    assert list(letters_for([event(kind, quiet=True)], NOON)) == []


# One letter about several machines


def events_of(kind, *vm_ids, **more):
    ends = {vm_id: UNTIL + timedelta(minutes=number) for number, vm_id in enumerate(vm_ids)}
    return [event(kind, **{"vm_id": vm_id, "until": end, **more}) for vm_id, end in ends.items()]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_person_gets_one_letter_of_a_kind(kind):
    both = [*events_of(kind, "a", "b", "c"), *events_of(kind, "d", to=CHARLIE)]
    letters = list(letters_for(both, NOON))
    assert [(letter.to, [topic["vm_id"] for topic in letter.topics]) for letter in letters] == [
        (BOB, ["a", "b", "c"]),
        (CHARLIE, ["d"]),
    ]


def test_each_kind_has_a_letter_of_its_own():
    letters = letters_for([*events_of("expired", "a", "b"), *events_of("silent", "c")], NOON)
    assert [letter.kind for letter in letters] == ["ended", "silent"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_it_lists_all_of_them_with_their_ends(kind, language):
    ends = {"vm-1": UNTIL, "vm-2": UNTIL + timedelta(minutes=1), "vm-3": UNTIL + timedelta(minutes=2)}
    (letter,) = letters_for(events_of(kind, *ends), NOON)
    rendered = WRITER.write(letter, Reader(language))
    for vm_id, end in ends.items():
        assert f"- {vm_id}: {moment(language, end)}\n" in rendered.text
        name = vm_id if letter.kind in ABOUT_GONE else f">{vm_id}</a>"
        assert f"{name}: {moment(language, end)}</li>" in rendered.html
    assert "3" in rendered.subject
    assert not re.search(r"\{\w*\}|None", rendered.subject + rendered.text)
    russian = re.search("[а-яё]{3}", rendered.subject)
    assert bool(russian) == (language == "ru")


@pytest.mark.parametrize("kind", sorted(BUTTONS))
def test_its_buttons_act_on_all_of_them(kind):
    (letter,) = letters_for(events_of(kind, "a", "b"), NOON)
    links = re.findall(r"http://lz/link/([^\s\"<]+)", WRITER.write(letter, Reader("en")).text)
    assert [LINKS.read(token).action for token in links] == BUTTONS[kind]
    for target in map(LINKS.read, links):
        assert target.marks == {mark_of("a", NOON, UNTIL), mark_of("b", NOON, UNTIL + timedelta(minutes=1))}


def test_it_says_each_reason_and_everybody_who_did_it_once():
    told = [*events_of("maintenance_began", "a", "b", reason="fan"), *events_of("maintenance_began", "c", by=CHARLIE)]
    (letter,) = letters_for(told, NOON)
    text = WRITER.write(letter, Reader("en")).text
    assert "Reason: fan\n" in text
    assert text.count(ALICE) == text.count(CHARLIE) == 1


def test_a_very_long_list_is_cut():
    (letter,) = letters_for(events_of("reminder", *(f"vm-{n}" for n in range(503))), NOON)
    text = WRITER.write(letter, Reader("en")).text
    assert "- vm-499: " in text
    assert "- … and 3 more" in text
    [renew, _] = re.findall(r"http://lz/link/(\S+)", text)
    assert len(LINKS.read(renew).marks) == 500


def test_a_letter_of_an_earlier_version_is_about_one_machine():
    letter = Letter("1", BOB, "ended", NOON, {"vm_id": "vm-7", "until": "2026-11-24T12:15:00Z"})
    assert [topic["vm_id"] for topic in letter.topics] == ["vm-7"]
    assert "vm-7" in WRITER.write(letter, Reader("en")).subject


@pytest.mark.parametrize("more", [7, "vm-8", [7, None, "vm-8"], {"vm_id": "vm-8"}])
def test_what_was_made_of_a_list_by_hand_is_left_out(more):
    letter = Letter("1", BOB, "ended", NOON, {"vm_id": "vm-7", "until": "2026-11-24T12:15:00Z", "more": more})
    assert WRITER.write(letter, Reader("en")).subject == "vm-7: your booking has ended"


def test_a_letter_about_several_turns_speaks_of_all_places():
    for kind in ("held", "lapsed", "taken", "waiting_maintenance"):
        english, russian = (say(language, f"mail.{kind}.text.many", by=ALICE) for language in ("en", "ru"))
        assert re.search(r"\bqueues\b", english), kind
        assert not re.search(r"\b(place|their queue)\b", english), kind
        assert "очередях" in russian, kind


def test_russian_letters_do_not_say_that_machines_wait():
    assert say("ru", "mail.waited.subject.many", n=3) == "Другие ждут ваши машины: 3"
    assert "Пока их ждут," in say("ru", "mail.waited.text.many")
