"""A person who loses a held machine through no fault of theirs waits first again. While others wait, nobody renews."""

from dataclasses import replace
from datetime import timedelta

from loadzone.domain.records import Waiter
from loadzone.rules.booking import book, cancel, renew
from loadzone.rules.inventory import delete, edit
from loadzone.rules.queue import join, leave
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued, waiting


def test_a_person_whose_held_machine_is_taken_by_force_is_first_again(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    queued(taken, CHARLIE, vm_id="vm")
    taken.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    assert (taken.vm().holder, taken.vm().hold, waiting(taken.vm())) == (ALICE, None, [BOB, CHARLIE])
    assert (taken.vm().queue[0].since, taken.vm().queue[0].hours) == (NOON, 2)
    assert [(event.kind, event.by, event.to) for event in taken.events] == [
        ("hold_taken", ALICE, BOB),
        ("booked", ALICE, None),
        ("waited_for", BOB, ALICE),
    ]
    taken.do(cancel, actor=ALICE, vm_id="vm")
    assert holds(taken) == {"vm": (BOB, True)}


def test_a_person_from_the_groups_queue_is_first_there_again(full):
    queued(full, BOB, CHARLIE, group_id=1)
    free(full, "a")
    full.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    assert (full.vm("a").queue, waiting(full.state.groups[1])) == ((), [BOB, CHARLIE])
    free(full, "b")
    assert holds(full) == {"b": (BOB, True)}


def test_a_person_who_waits_again_already_is_put_back_only_once(full):
    queued(full, CHARLIE, BOB, group_id=1)
    free(full, "a")
    queued(full, CHARLIE, group_id=1)
    full.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    assert waiting(full.state.groups[1]) == [CHARLIE, BOB]


def test_putting_somebody_back_may_make_the_queue_longer_than_ten(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    ten = tuple(Waiter(f"p{n}@example.com", 1, NOON + timedelta(hours=1)) for n in range(10))
    taken.state.vms["vm"] = replace(taken.vm(), queue=ten)
    taken.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    assert waiting(taken.vm())[:2] == [BOB, "p0@example.com"]
    assert len(taken.vm().queue) == 11
    assert taken.refused(join, actor=CHARLIE, vm_id="vm", hours=1).code == "queue_full"


def test_force_takes_no_booking_and_notifies_nobody_if_nothing_was_held(taken):
    assert taken.refused(book, actor=ALICE, vm_id="vm", hours=1, force=True).code == "vm_taken"
    free(taken, "vm")
    taken.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    assert taken.kinds() == ["booked"]


def test_while_somebody_waits_only_an_admin_renews(full):
    queued(full, BOB, group_id=1)
    queued(full, ALICE, vm_id="a")
    refusal = full.refused(renew, actor=CHARLIE, vm_id="a", hours=1)
    assert (refusal.code, STATUS[refusal.code], refusal.facts["n"]) == ("others_wait", 409, 2)
    assert full.refused(renew, actor=CHARLIE, vm_id="b", hours=1).facts["n"] == 1
    end = full.vm("a").booking.expires_at
    assert full.do(renew, actor=ALICE, vm_id="a", hours=1).booking.expires_at == end + timedelta(hours=1)


def test_waiting_oneself_does_not_prevent_a_renewal(full):
    queued(full, CHARLIE, group_id=1)
    full.do(renew, actor=CHARLIE, vm_id="a", hours=1)
    assert full.kinds() == ["renewed"]


def test_a_booking_can_be_renewed_once_nobody_waits_any_more(taken):
    queued(taken, BOB, vm_id="vm")
    taken.do(leave, actor=BOB, vm_id="vm")
    taken.do(renew, actor=CHARLIE, vm_id="vm", hours=1)
    assert taken.kinds() == ["renewed"]


# With other machines in the group


def test_another_free_machine_of_the_group_is_held_instead(perf):
    perf.do(join, actor=BOB, group_id=1, hours=2)
    assert holds(perf) == {"a": (BOB, True)}
    perf.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    assert (holds(perf), waiting(perf.state.groups[1])) == ({"b": (BOB, True)}, [])
    perf.do(edit, actor=ALICE, vm_id="b", maintenance="disk swap")
    assert (holds(perf), waiting(perf.state.groups[1])) == ({"c": (BOB, True)}, [])


def test_a_machine_kept_for_a_later_waiter_is_held_for_the_person_put_back(full):
    queued(full, BOB, group_id=1)
    queued(full, CHARLIE, group_id=1, count=2)
    free(full, "a", "b")
    assert holds(full) == {"a": (BOB, True), "b": (CHARLIE, False)}
    full.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    assert (holds(full), waiting(full.state.groups[1])) == ({"b": (BOB, True)}, [CHARLIE])


def test_a_person_who_loses_two_machines_held_together_waits_for_two_again(full):
    queued(full, BOB, group_id=1, count=2)
    free(full, "a", "b")
    for vm_id in ("a", "b"):
        full.do(book, actor=ALICE, vm_id=vm_id, hours=1, force=True)
    (waiter,) = full.state.groups[1].queue
    assert (waiter.email, waiter.count, waiter.since) == (BOB, 2, NOON)


def test_a_person_who_waits_again_already_keeps_the_new_options_and_the_old_time(full):
    queued(full, BOB, group_id=1)
    free(full, "a")
    full.do(join, actor=BOB, group_id=1, hours=7, count=2, auto=True)
    full.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    (waiter,) = full.state.groups[1].queue
    assert (waiter.hours, waiter.count, waiter.auto, waiter.since) == (7, 2, True, NOON)


def test_deleting_a_held_machine_puts_the_person_back_into_the_groups_queue(full):
    queued(full, BOB, CHARLIE, group_id=1)
    free(full, "a")
    full.do(delete, actor=ALICE, vm_id="a")
    assert waiting(full.state.groups[1]) == [BOB, CHARLIE]
    assert [(event.kind, event.to) for event in full.events] == [("vm_deleted", None), ("hold_taken", BOB)]
