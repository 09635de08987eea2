"""What a commit tells: in order, many of a kind in one sentence."""

import re

import pytest

from loadzone.domain.events import EVENT_KINDS, Audience, Event
from loadzone.i18n import LANGUAGES
from loadzone.notifications.messages import messages_of
from support.world import NOON

PERSONAL = {kind.name for kind in EVENT_KINDS.values() if kind.audience is Audience.PERSON}
PUBLIC = {kind.name for kind in EVENT_KINDS.values() if kind.audience is Audience.EVERYBODY}


def told(*events, language="en"):
    return [notice.sentence(language) for notice in messages_of(events)]


def booked(vm_id):
    return Event("booked", by="ann@x.y", vm_id=vm_id, hours=1)


def released(vm_id):
    return Event("released", by="ann@x.y", to="ann@x.y", vm_id=vm_id)


def test_it_is_told_in_the_order_of_what_happened():
    assert told(booked("a"), released("a"), booked("a")) == [
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
    assert told(events[0], released("x"), *events[1:], language=language)[0] == sentence
    assert len(told(events[0], released("x"), *events[1:])) == 2
    assert len(told(*events[:5])) == 5


def test_many_thousands_are_written_the_languages_way():
    events = [Event("expired", to="ann@x.y", vm_id=str(number)) for number in range(10_000)]
    assert told(*events) == ["10,000 machines were released: their bookings ended"]


def test_reminders_are_counted_for_each_person():
    reminders = [Event("reminder", to=f"{n % 2}@x.y", vm_id=str(n), hours=1) for n in range(12)]
    assert [(notice.to, notice.sentence("en")) for notice in messages_of(reminders)] == [
        ("0@x.y", "6 of your bookings end soon"),
        ("1@x.y", "6 of your bookings end soon"),
    ]


def test_what_is_nobodys_business_is_not_told():
    assert told(Event("signed_out", to="ann@x.y"), Event("language_chosen", to="ann@x.y")) == []


def test_a_message_says_what_it_is_about():
    (notice,) = messages_of([booked("a")])
    assert notice.notification("en") == {
        "msg": "ann@x.y booked a for 1 hour",
        "kind": "booked",
        "vm_id": "a",
        "by": "ann@x.y",
    }


def happened(kind, number=7, **more):
    facts = {"by": "ann@x.y", "to": "bob@x.y", "vm_id": f"vm-{number}", "group": "Perf", "hours": 2, "until": NOON}
    return Event(kind, **{**facts, "reason": "disk swap", "role": "admin", **more})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(PUBLIC | PERSONAL))
def test_each_kind_is_a_sentence_in_the_readers_language(kind, language):
    (sentence,) = told(happened(kind), language=language)
    assert re.search("vm-7|Perf|admin|админ", sentence)
    assert not re.search(r"\{\w*\}|None", sentence)
    assert bool(re.search("[а-яё]{3}", sentence, re.IGNORECASE)) == (language == "ru")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(PUBLIC | PERSONAL - {"role_changed"}))
def test_many_of_each_kind_are_one_sentence(kind, language):
    (sentence,) = told(*(happened(kind, number) for number in range(6)), language=language)
    assert not re.search(r"vm-|\{\w*\}|None", sentence)


@pytest.mark.parametrize("kind", sorted(PERSONAL))
def test_what_concerns_one_person_is_for_that_person_alone(kind):
    (notice,) = messages_of([happened(kind)])
    assert notice.to == "bob@x.y"
    assert notice.notification("en")["until"] == "2026-11-24T12:00:00Z"


@pytest.mark.parametrize("kind", sorted(PUBLIC))
def test_what_happens_to_machines_and_groups_is_for_everybody(kind):
    (notice,) = messages_of([happened(kind)])
    assert notice.to is None
    assert "until" not in notice.notification("en")


@pytest.mark.parametrize("kind", ["queue_removed", "queue_gone"])
def test_of_a_groups_queue_the_group_is_named(kind):
    event = happened(kind, vm_id=None, group_id=3)
    (notice,) = messages_of([event])
    assert "Perf" in notice.sentence("en")
    assert notice.notification("en")["group_id"] == 3


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "ann@x.y via nightly booked vm-7 for 2 hours"), ("ru", "ann@x.y через «nightly»: vm-7 занята на 2 часа")],
)
def test_what_a_token_did_says_so(language, sentence):
    assert told(happened("booked", via="nightly"), language=language) == [sentence]


def test_a_job_that_went_silent_is_told_with_how_long():
    assert told(happened("silent", by=None, hours=1 / 6)) == [
        "vm-7: the booking of bob@x.y ended, because its job did not report for 10 minutes"
    ]
