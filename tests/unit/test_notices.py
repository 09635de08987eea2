"""What a commit tells: in order, many of a kind in one sentence."""

import pytest

from notices import notices
from rules.events import Event


def told(*events, language="en"):
    return [notice.sentence(language) for notice in notices(events)]


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
    assert [(notice.to, notice.sentence("en")) for notice in notices(reminders)] == [
        ("0@x.y", "6 of your bookings end soon"),
        ("1@x.y", "6 of your bookings end soon"),
    ]


def test_what_is_nobodys_business_is_not_told():
    assert told(Event("signed_out", to="ann@x.y"), Event("language_chosen", to="ann@x.y")) == []


def test_a_message_says_what_it_is_about():
    (notice,) = notices([booked("a")])
    assert notice.message("en") == {
        "msg": "ann@x.y booked a for 1 hour",
        "kind": "booked",
        "vm_id": "a",
        "by": "ann@x.y",
    }
