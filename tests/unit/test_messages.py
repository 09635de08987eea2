"""Messages about a commit: in order, and many of one kind in one sentence."""

import re

import pytest

from loadzone.domain.events import EVENT_KINDS, Event, Reach
from loadzone.i18n import LANGUAGES
from loadzone.lib.times import zone_named
from loadzone.notifications.messages import messages_of
from support.world import NOON

PERSONAL = {kind.name for kind in EVENT_KINDS.values() if kind.reach is Reach.PERSON}
PUBLIC = {kind.name for kind in EVENT_KINDS.values() if kind.reach is Reach.EVERYBODY}


def sentences(*events, language="en"):
    return [message.sentence(language) for message in messages_of(events)]


def booked(vm_id):
    return Event("booked", by="ann@x.y", vm_id=vm_id, hours=1)


def released(vm_id):
    return Event("released", by="ann@x.y", to="ann@x.y", vm_id=vm_id)


def test_messages_are_in_the_order_of_the_events():
    assert sentences(booked("a"), released("a"), booked("a")) == [
        "ann@x.y booked a for 1 hour",
        "ann@x.y released a",
        "ann@x.y booked a for 1 hour",
    ]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "6 machines were booked"), ("ru", "Занято 6 машин")],
)
def test_more_than_five_of_a_kind_are_one_sentence_and_others_stand_alone(language, sentence):
    events = [booked(str(number)) for number in range(6)]
    assert sentences(events[0], released("x"), *events[1:], language=language)[0] == sentence
    assert len(sentences(events[0], released("x"), *events[1:])) == 2
    assert len(sentences(*events[:5])) == 5


def test_thousands_are_separated_as_the_language_asks():
    events = [Event("expired", to="ann@x.y", vm_id=str(number)) for number in range(10_000)]
    assert sentences(*events) == ["10,000 machines were released: their bookings ended"]


def test_reminders_are_counted_for_each_person():
    reminders = [Event("reminder", to=f"{n % 2}@x.y", vm_id=str(n), hours=1) for n in range(12)]
    assert [(message.to, message.sentence("en")) for message in messages_of(reminders)] == [
        ("0@x.y", "6 of your bookings end soon"),
        ("1@x.y", "6 of your bookings end soon"),
    ]


def test_events_for_nobody_have_no_message():
    assert sentences(Event("signed_out", to="ann@x.y"), Event("language_chosen", to="ann@x.y")) == []


def test_a_notification_has_its_kind_and_the_facts_in_its_sentence():
    (message,) = messages_of([booked("a")])
    assert message.notification("en") == {
        "msg": "ann@x.y booked a for 1 hour",
        "kind": "booked",
        "vm_id": "a",
        "by": "ann@x.y",
        "hours": 1,
    }
    (message,) = messages_of([Event("group_edited", by="ann@x.y", group_id=3, group="Perf", vm_ids=("a", "b"))])
    assert message.notification("en") == {
        "msg": "ann@x.y added 2 machines to the group “Perf”",
        "kind": "group_edited",
        "group_id": 3,
        "group": "Perf",
        "machines": 2,
        "by": "ann@x.y",
    }


def test_a_sentence_for_many_has_their_number():
    (message,) = messages_of([booked(str(number)) for number in range(6)])
    assert message.notification("en") == {"msg": "6 machines were booked", "kind": "booked", "many": 6}


def event_of(kind, number=7, **more):
    facts = {"by": "ann@x.y", "to": "bob@x.y", "vm_id": f"vm-{number}", "group": "Perf", "hours": 2, "until": NOON}
    return Event(kind, **{**facts, "reason": "disk swap", "role": "admin", **more})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(PUBLIC | PERSONAL))
def test_each_kind_is_a_sentence_in_the_readers_language(kind, language):
    (sentence,) = sentences(event_of(kind), language=language)
    assert re.search("vm-7|Perf|admin|админ", sentence)
    assert not re.search(r"\{\w*\}|None", sentence)
    assert bool(re.search("[а-яё]{3}", sentence, re.IGNORECASE)) == (language == "ru")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(PUBLIC | PERSONAL - {"role_changed"}))
def test_many_of_each_kind_are_one_sentence(kind, language):
    (sentence,) = sentences(*(event_of(kind, number) for number in range(6)), language=language)
    assert not re.search(r"vm-|\{\w*\}|None", sentence)


@pytest.mark.parametrize("kind", sorted(PERSONAL))
def test_a_personal_event_is_only_for_that_person(kind):
    (message,) = messages_of([event_of(kind)])
    assert message.to == "bob@x.y"
    assert message.notification("en")["until"] == "2026-11-24T12:00:00Z"


@pytest.mark.parametrize("kind", sorted(PUBLIC))
def test_a_public_event_is_for_everybody(kind):
    (message,) = messages_of([event_of(kind)])
    assert message.to is None
    assert "until" not in message.notification("en")


@pytest.mark.parametrize("kind", ["queue_removed", "queue_gone"])
def test_a_message_about_a_groups_queue_names_the_group(kind):
    event = event_of(kind, vm_id=None, group_id=3)
    (message,) = messages_of([event])
    assert "Perf" in message.sentence("en")
    assert message.notification("en")["group_id"] == 3


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "ann@x.y via nightly booked vm-7 for 2 hours"), ("ru", "ann@x.y через nightly: vm-7 занята на 2 часа")],
)
def test_a_message_names_the_token_that_acted(language, sentence):
    assert sentences(event_of("booked", via="nightly"), language=language) == [sentence]


def test_a_silent_job_is_reported_with_how_long_it_was_silent():
    assert sentences(event_of("silent", by=None, hours=1 / 6)) == [
        "vm-7: the booking of bob@x.y ended, because its job did not report for 10 minutes"
    ]


def test_a_personal_sentence_has_the_zone_of_the_person():
    [message] = messages_of([Event("held", to="ann@example.com", vm_id="vm", until=NOON)])
    assert "17:45 (UTC+05:45)" in message.notification("en", zone_named("Asia/Kathmandu"))["msg"]
