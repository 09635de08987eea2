"""`until` in the place of `hours`: a booking or renewal that ends at a certain time."""

from datetime import timedelta

import pytest

from support.answers import done, refusal
from support.inventory import from_now, inventory, machine, moment, stamp
from support.people import Person


def in_(**span):
    """Return a time to the millisecond, as the server keeps it."""
    when = from_now(**span)
    return when.replace(microsecond=when.microsecond // 1000 * 1000)


def book(person, until, **more):
    return person.post("/book", {"until": stamp(until), **more})


def renew(person, until, **more):
    return person.post("/renew", {"until": stamp(until), **more})


def test_a_booking_and_a_renewal_end_at_the_very_time(bob, vm):
    ends = in_(hours=3)
    assert moment(done(book(bob, ends, vm_id=vm))["expires_at"]) == ends
    later = ends + timedelta(hours=2, milliseconds=7)
    assert moment(done(renew(bob, later, vm_id=vm))["expires_at"]) == later
    assert moment(bob.history()[-1]["end"]) == later


def test_the_time_may_be_in_another_zone(bob, vm):
    ends = in_(hours=1)
    local = (ends + timedelta(hours=3)).replace(tzinfo=None).isoformat() + "+03:00"
    assert moment(done(bob.post("/book", {"vm_id": vm, "until": local}))["expires_at"]) == ends


def test_several_machines_and_some_of_a_group(bob, make_vm, make_group):
    one, other, third = make_vm(), make_vm(), make_vm()
    ends, later = in_(hours=3), in_(hours=5)
    for vm in done(book(bob, ends, vm_ids=[one, other]))["vms"]:
        assert moment(vm["expires_at"]) == ends
    done(bob.renew(one, 1))
    for vm in done(renew(bob, later, vm_ids=[one, other]))["vms"]:
        assert moment(vm["expires_at"]) == later, "whatever the ends were before"
    [booked] = done(book(bob, ends, group_id=make_group(third)))["vms"]
    assert moment(booked["expires_at"]) == ends


def test_a_refused_renewal_of_several_names_the_machine(start):
    ann = Person(start(inventory([machine("one"), machine("other")]), LOADZONE_MAX_HOURS="8")).sign_in()
    done(book(ann, in_(hours=5), vm_id="one"))
    done(book(ann, in_(hours=1), vm_id="other"))
    for until, code, vm, sentence in (
        (in_(hours=3), "too_early", "one", "The booking of one must end later than "),
        (in_(hours=10), "too_far_ahead", "other", "The latest possible end of a booking of other is "),
    ):
        answer = renew(ann, until, vm_ids=["one", "other"])
        assert (refusal(answer), answer.json()["vm_id"]) == ((409, code), vm)
        assert answer.json()["error"].startswith(sentence)


@pytest.mark.parametrize("body", [{}, {"hours": None, "until": None}, {"hours": 1, "until": "2030-01-01T00:00:00Z"}])
@pytest.mark.parametrize("path", ["/book", "/renew"])
def test_hours_or_until_is_needed_and_not_both(bob, vm, path, body):
    if path == "/renew":
        done(bob.book(vm))
    before = bob.vm(vm)
    answer = bob.post(path, {"vm_id": vm, **body})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == ("until" if body.get("hours") else "hours")
    assert answer.json()["error"] == "Give exactly one of these: hours, until."
    assert bob.vm(vm) == before


@pytest.mark.parametrize("until", ["soon", 17, [], {}, True, "2026-13-45T00:00:00Z"])
def test_a_time_that_is_none_is_refused(bob, vm, until):
    answer = bob.post("/book", {"vm_id": vm, "until": until})
    assert (refusal(answer), answer.json()["field"]) == ((400, "bad_input"), "until")
    assert bob.vm(vm)["state"] == "free"


def test_a_time_that_has_passed_is_too_early(bob, vm):
    answer = book(bob, in_(seconds=-1), vm_id=vm)
    assert refusal(answer) == (409, "too_early")
    assert moment(answer.json()["earliest"]) <= from_now()
    assert bob.vm(vm)["state"] == "free"


def test_a_renewal_does_not_shorten(bob, vm):
    booked = done(bob.book(vm, 3))
    answer = renew(bob, in_(hours=2), vm_id=vm)
    assert (refusal(answer), answer.json()["earliest"]) == ((409, "too_early"), booked["expires_at"])
    assert refusal(bob.post("/renew", {"vm_id": vm, "until": booked["expires_at"]})) == (409, "too_early")
    assert bob.vm(vm) == booked


def test_less_than_a_minute_beyond_a_limit_is_cut_off(start):
    """Clocks differ: who chooses "until 18:00" at 10:00 means the eight hours that are allowed."""
    ann = Person(
        start(inventory([machine("vm"), machine("next")]), LOADZONE_MAX_HOURS="8", LOADZONE_MAX_AHEAD_HOURS="10")
    )
    ann.sign_in()
    answer = book(ann, from_now(hours=8, seconds=90), vm_id="vm")
    assert (refusal(answer), answer.json()["max"]) == ((409, "too_far_ahead"), 8)
    booked = done(book(ann, from_now(hours=8, seconds=40), vm_id="vm"))
    assert moment(booked["expires_at"]) - moment(booked["booked_at"]) == timedelta(hours=8)
    assert refusal(renew(ann, from_now(hours=10, seconds=90), vm_id="vm")) == (409, "too_far_ahead")
    done(renew(ann, from_now(hours=10, seconds=40), vm_id="vm"))
    assert moment(ann.vm("vm")["expires_at"]) <= from_now(hours=10)
    end = moment(done(ann.book("next", 1))["expires_at"])
    assert refusal(renew(ann, end + timedelta(hours=8, seconds=60), vm_id="next")) == (409, "too_far_ahead")
    renewed = done(renew(ann, end + timedelta(hours=8, seconds=59), vm_id="next"))
    assert moment(renewed["expires_at"]) == end + timedelta(hours=8)


def test_a_renewal_until_a_time_with_the_end_that_is_meant(bob, vm):
    booked, later = done(bob.book(vm, 1)), in_(hours=3)
    done(renew(bob, later, vm_id=vm, expires_at=booked["expires_at"]))
    assert refusal(renew(bob, later, vm_id=vm, expires_at=booked["expires_at"])) == (409, "changed")
