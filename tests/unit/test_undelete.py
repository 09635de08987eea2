"""Undoing a deletion: which bookings, holds and places in queues come back, and which do not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.loss import Loss
from loadzone.domain.records import Hold
from loadzone.rules import people
from loadzone.rules.booking import book, cancel
from loadzone.rules.expiry import listen_again, settle
from loadzone.rules.inventory import edit
from loadzone.rules.queue import join
from support.world import ALICE, BOB, CHARLIE
from unit.deletions import back, letters, post, remove, sent
from unit.queues import free, queued

FIELDS = {
    "description": "8 cores",
    "tags": ("linux", "big"),
    "external_ip": "10.0.0.1",
    "internal_ip": "10.0.0.2",
    "ssh_user": "root",
    "ssh_port": 2222,
}


def test_a_machine_comes_back_with_all_its_fields_and_a_new_version(world):
    world.do(edit, actor=ALICE, vm_id="vm", maintenance="fan", **FIELDS)
    world.state.vms["vm"] = before = replace(world.vm(), rest={"rack": 7})
    remove(world)
    assert back(world) == []
    assert world.vm() == replace(before, version=world.vm().version)
    assert world.vm().version > before.version
    assert world.state.deleted == {}


def test_its_booking_goes_on(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4, note="soak")
    before = world.vm()
    remove(world)
    world.later(minutes=5)
    assert back(world) == []
    assert world.vm().booking == before.booking
    assert world.history() == ["book", "cancel", "book"]
    line = world.state.users[BOB].bookings[-1]
    assert (line.start, line.end) == (world.now, before.booking.expires_at)


def lost(world):
    """Return why bob's booking did not come back."""
    [loss] = back(world)
    assert (loss.what, loss.email, loss.vm_id) == ("booking", BOB, "vm")
    assert world.vm().booking is None
    assert world.vm().freed_at == world.now
    return loss.why


def test_a_booking_whose_end_has_come_stays_away(world):
    world.do(book, actor=BOB, vm_id="vm", hours=0.1)
    remove(world)
    world.later(minutes=6)
    assert lost(world) == "ended"


def test_a_booking_whose_job_was_silent_for_too_long_stays_away(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4, heartbeat_minutes=5)
    remove(world)
    world.later(minutes=5)
    assert lost(world) == "silent"


def test_a_job_could_not_report_while_the_server_was_down(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4, heartbeat_minutes=5)
    world.do(join, actor=CHARLIE, vm_id="vm", hours=1, heartbeat_minutes=5)
    remove(world)
    world.later(minutes=6)
    world.do(listen_again)
    world.later(minutes=2)
    assert back(world) == []
    assert (world.vm().holder, [waiter.email for waiter in world.vm().queue]) == (BOB, [CHARLIE])


def test_a_job_has_its_whole_time_to_report_once_its_machine_is_back(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4, heartbeat_minutes=5)
    remove(world)
    world.later(minutes=4)
    assert back(world) == []
    world.later(minutes=4)
    world.do(settle, vm_ids=["vm"])
    assert world.vm().booking
    world.later(minutes=1)
    world.do(settle, vm_ids=["vm"])
    assert world.vm().booking is None


def test_a_booking_of_somebody_who_was_removed_stays_away(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    remove(world)
    world.do(people.remove, actor=ALICE, email=BOB)
    assert lost(world) == "unknown"


def test_a_booking_of_somebody_whose_domain_may_not_sign_in_any_more_stays_away(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    remove(world)
    world.limits = replace(world.limits, allowed_domains=("example.org",))
    assert lost(world) == "domain"


def test_a_booking_beyond_what_its_person_may_have_stays_away(world):
    world.limits = replace(world.limits, max_machines=1)
    world.add("other")
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    remove(world)
    world.do(book, actor=BOB, vm_id="other", hours=4)
    assert lost(world) == "limit"


def test_of_several_bookings_as_many_come_back_as_the_limit_allows(world):
    world.add("a", "b", "c")
    for vm_id in "abc":
        world.do(book, actor=BOB, vm_id=vm_id, hours=4)
    remove(world, "a", "b", "c")
    world.limits = replace(world.limits, max_machines=2)
    assert [(loss.vm_id, loss.why) for loss in back(world, "a", "b", "c")] == [("c", "limit")]


def test_the_queue_comes_back_in_its_order_with_its_times(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    before = taken.vm().queue
    remove(taken)
    taken.later(minutes=9)
    assert back(taken) == []
    assert taken.vm().queue == before
    assert taken.vm().holder == CHARLIE


def test_whoever_is_gone_does_not_come_back_into_the_queue(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    remove(taken)
    taken.do(people.remove, actor=ALICE, email=BOB)
    assert back(taken) == [Loss("place", BOB, "unknown", vm_id="vm")]
    assert [waiter.email for waiter in taken.vm().queue] == [ALICE]


def test_a_job_that_was_silent_does_not_come_back_into_the_queue(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=5)
    remove(taken)
    taken.later(minutes=5)
    assert back(taken) == [Loss("place", BOB, "silent", vm_id="vm")]


def test_if_the_booking_stays_away_the_first_in_the_queue_is_served(taken):
    queued(taken, BOB, vm_id="vm")
    remove(taken)
    taken.do(people.remove, actor=ALICE, email=CHARLIE)
    back(taken)
    assert taken.vm().hold.email == BOB


def test_somebody_who_waits_for_the_group_since_waits_there_and_not_twice(full):
    queued(full, BOB, ALICE, vm_id="a")
    remove(full, "a")
    full.later(seconds=1)
    full.do(join, actor=BOB, group_id=1, hours=1)
    assert back(full, "a") == [Loss("place", BOB, "elsewhere", vm_id="a")]
    assert [waiter.email for waiter in full.vm("a").queue] == [ALICE]


def test_somebody_who_waited_for_both_before_waits_for_both(full):
    queued(full, BOB, vm_id="a")
    queued(full, BOB, group_id=1)
    full.later(seconds=1)
    remove(full, "a")
    assert back(full, "a") == []
    assert [waiter.email for waiter in full.vm("a").queue] == [BOB]


@pytest.fixture
def held(taken):
    """Return the world with the machine held for bob, for whom it is held while alice waits."""
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    post(taken)
    sent(taken)
    return taken


def test_a_hold_goes_on_after_an_undo_at_once_and_its_links_stay_good(held):
    before = held.vm().hold
    remove(held)
    held.later(seconds=5)
    assert back(held) == []
    assert held.vm().hold == before
    assert [waiter.email for waiter in held.vm().queue] == [ALICE]
    assert letters(held, BOB) == []
    assert ("held", BOB) in [(event.kind, event.to) for event in held.events]


def test_later_a_hold_begins_anew_because_its_person_was_told_that_it_is_over(held):
    remove(held)
    sent(held)
    back(held)
    assert held.vm().hold == Hold(BOB, 2, held.vm().hold.since, held.now + timedelta(minutes=15))
    assert "held" in [kind for kind, _ in letters(held, BOB)]


def test_a_hold_that_has_lapsed_gives_its_person_the_old_place(held):
    held.now = held.vm().hold.until - timedelta(seconds=3)
    remove(held)
    held.later(seconds=4)
    back(held)
    assert held.vm().hold.email == BOB
    assert held.vm().hold.until == held.now + timedelta(minutes=15)


def test_a_hold_of_somebody_who_is_gone_passes_on(held):
    remove(held)
    held.do(people.remove, actor=ALICE, email=BOB)
    assert back(held) == [Loss("place", BOB, "unknown", vm_id="vm")]
    assert held.vm().hold.email == ALICE


def test_a_hold_from_the_groups_queue_is_there_again_and_its_person_waits_once(full):
    queued(full, BOB, ALICE, group_id=1)
    free(full, "a")
    post(full)
    sent(full)
    remove(full, "a")
    assert letters(full, BOB) == [("taken", BOB)]
    assert [waiter.email for waiter in full.state.groups[1].queue] == [BOB, ALICE]
    back(full, "a")
    assert full.vm("a").hold.email == BOB
    assert [waiter.email for waiter in full.state.groups[1].queue] == [ALICE]
    assert letters(full, BOB) == [("held", BOB)]


def test_a_machine_may_be_deleted_and_come_back_again_and_again(taken):
    queued(taken, BOB, vm_id="vm")
    before = taken.vm()
    for _ in range(3):
        remove(taken)
        taken.later(seconds=1)
        back(taken)
    assert taken.vm() == replace(before, version=taken.vm().version)
    assert letters(taken) == []


def test_what_others_did_meanwhile_stays(perf):
    """The undone machine's holder released nothing; others go on with what they got in its place."""
    perf.do(book, actor=BOB, vm_id="a", hours=4)
    remove(perf, "a")
    perf.do(book, actor=BOB, vm_id="b", hours=1)
    back(perf, "a")
    assert (perf.vm("a").holder, perf.vm("b").holder) == (BOB, BOB)
    perf.do(cancel, actor=BOB, vm_id="a")
    assert perf.vm("a").booking is None
