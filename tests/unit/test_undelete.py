"""Undoing a deletion: what comes back, what does not, and who hears of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.loss import Loss
from loadzone.domain.records import Group, Hold
from loadzone.notifications.letters import letters_for
from loadzone.rules import groups, people
from loadzone.rules.booking import book, cancel
from loadzone.rules.deletions import forget_old
from loadzone.rules.inventory import delete_all, edit
from loadzone.rules.queue import join
from loadzone.rules.undelete import undelete_group, undelete_vms
from support.world import ALICE, BOB, CHARLIE
from unit.queues import free, queued

FIELDS = {
    "description": "8 cores",
    "tags": ("linux", "big"),
    "external_ip": "10.0.0.1",
    "internal_ip": "10.0.0.2",
    "ssh_user": "root",
    "ssh_port": 2222,
}


def remove(world, *vm_ids, **more):
    world.do(delete_all, actor=ALICE, vm_ids=vm_ids or ["vm"], force=True, **more)
    post(world)


def back(world, *vm_ids, by=ALICE):
    """Undo the deletion; return what did not come back."""
    answer = world.do(undelete_vms, actor=by, vm_ids=list(vm_ids) or ["vm"])
    post(world)
    assert [vm.id for vm in answer[0]] == list(vm_ids or ["vm"])
    return answer[1]


def group_back(world, group_id=1):
    answer = world.do(undelete_group, actor=ALICE, group_id=group_id)
    post(world)
    return answer


def post(world):
    """Put the letters of the last change into the outbox, as the command bus does."""
    for letter in letters_for(world.events, world.now):
        world.state.letters[letter.id] = letter


def letters(world, to=None):
    """Return what is in the outbox, to this person."""
    return [(one.kind, one.to) for one in world.state.letters.values() if to in (None, one.to)]


def sent(world):
    """Let the mailer have sent all letters, ten seconds later."""
    world.later(seconds=10)
    world.state.letters.clear()


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


def test_machines_come_back_into_their_group_at_their_old_places(perf):
    remove(perf, "a", "c")
    back(perf, "c", "a")
    assert perf.state.groups[1].vm_ids == ("a", "b", "c")
    assert {perf.vm(vm_id).group for vm_id in "abc"} == {1}


def test_a_machine_whose_group_is_gone_comes_back_without_one_and_into_it_when_that_comes_back(perf):
    remove(perf, "b")
    perf.do(groups.delete, actor=ALICE, group_id=1)
    back(perf, "b")
    assert perf.vm("b").group is None
    group_back(perf)
    assert perf.state.groups[1].vm_ids == ("a", "b", "c")
    assert perf.vm("b").group == 1


def test_a_machine_that_was_deleted_after_its_group_finds_it_again(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    remove(perf, "b")
    group_back(perf)
    assert perf.state.groups[1].vm_ids == ("a", "c")
    back(perf, "b")
    assert perf.vm("b").group == 1
    assert set(perf.state.groups[1].vm_ids) == {"a", "b", "c"}


def test_a_group_comes_back_with_its_number_name_queue_and_machines(full):
    queued(full, BOB, group_id=1)
    before = full.state.groups[1]
    full.do(groups.delete, actor=ALICE, group_id=1)
    post(full)
    group, vms, losses = group_back(full)
    assert losses == []
    assert group == replace(before, version=group.version)
    assert group.version > before.version
    assert [vm.id for vm in vms] == ["a", "b", "c"]
    assert letters(full, BOB) == []


def test_machines_that_are_in_another_group_stay_there(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(groups.create, actor=ALICE, name="Other", vm_ids=["a"])
    group, vms, _ = group_back(perf)
    assert [vm.id for vm in vms] == ["b", "c"]
    assert group.vm_ids == ("b", "c")
    assert perf.vm("a").group == 2


def test_a_waiter_who_wants_more_machines_than_there_are_now_stays_away(full):
    full.do(join, actor=BOB, group_id=1, hours=1, count=3)
    full.do(groups.delete, actor=ALICE, group_id=1)
    full.do(groups.create, actor=ALICE, name="Other", vm_ids=["a"])
    _, _, losses = group_back(full)
    assert losses == [Loss("place", BOB, "too_few", group_id=1)]


def test_the_number_of_a_deleted_group_is_not_given_away(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    assert perf.do(groups.create, actor=ALICE, name="Other").id == 2
    group_back(perf)
    assert [*perf.state.groups] == [1, 2]


def test_a_group_comes_back_to_its_place_among_the_others(perf):
    for name in ("B", "C"):
        perf.do(groups.create, actor=ALICE, name=name)
    versions = {group.id: group.version for group in perf.state.groups.values()}
    perf.do(groups.delete, actor=ALICE, group_id=2)
    group_back(perf, 2)
    assert [group.name for group in perf.state.groups.values()] == ["Perf", "B", "C"]
    assert {perf.state.groups[one].version - versions[one] for one in (1, 3)} == {0}


# Names


def test_a_group_finds_a_machine_that_was_renamed_meanwhile(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(edit, actor=ALICE, vm_id="b", name="bee")
    group, _, _ = group_back(perf)
    assert group.vm_ids == ("a", "bee", "c")


def test_a_group_takes_no_machine_for_one_that_had_its_name_before(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(edit, actor=ALICE, vm_id="b", name="bee")
    perf.add("b")
    remove(perf, "c")
    perf.add("c")
    perf.do(edit, actor=ALICE, vm_id="c", name="sea")
    perf.add("c")
    group, _, _ = group_back(perf)
    assert group.vm_ids == ("a", "bee")


def test_a_machine_that_was_deleted_after_its_group_finds_its_old_place_in_it(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    remove(perf, "b")
    group_back(perf)
    back(perf, "b")
    assert perf.state.groups[1].vm_ids == ("a", "b", "c")


def test_a_group_whose_number_another_one_has_is_not_brought_back_over_it(perf):
    """An older version, to which a server went back for a while, does not know which numbers are taken."""
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.state.groups[1] = Group(1, "Other", ("a",))
    assert perf.refused(undelete_group, actor=ALICE, group_id=1).code == "not_deleted"


def test_a_machine_comes_back_with_its_former_names_and_is_found_by_them(world):
    world.do(edit, actor=ALICE, vm_id="vm", name="new")
    remove(world, "new")
    assert [vm.id for vm in world.do(undelete_vms, actor=ALICE, vm_ids=["vm"])[0]] == ["new"]
    assert world.vm("new").former_ids == ("vm",)


def test_a_former_name_that_another_machine_has_by_now_stays_there(world):
    world.do(edit, actor=ALICE, vm_id="vm", name="new")
    remove(world, "new")
    world.add("vm")
    back(world, "new")
    assert world.vm("new").former_ids == ()


def test_a_machine_that_comes_back_takes_its_name_from_one_that_had_it_for_a_while(world):
    world.add("other")
    remove(world)
    world.do(edit, actor=ALICE, vm_id="other", name="vm")
    world.do(edit, actor=ALICE, vm_id="vm", name="third")
    back(world)
    assert world.vm("third").former_ids == ("other",)


# Refusals


def facts_of(refusal):
    return {name: fact for name, fact in refusal.facts.items() if fact not in (None, False)}


def test_a_name_that_was_taken_meanwhile_is_refused_and_nothing_comes_back(world):
    world.add("other")
    remove(world, "other", "vm")
    world.add("VM")
    refusal = world.refused(undelete_vms, actor=ALICE, vm_ids=["other", "vm"])
    assert (refusal.code, facts_of(refusal)) == ("vm_exists", {"vm_id": "VM", "undo": True})


def test_a_group_whose_name_was_taken_meanwhile_is_refused(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(groups.create, actor=ALICE, name="perf")
    refusal = perf.refused(undelete_group, actor=ALICE, group_id=1)
    assert (refusal.code, refusal.facts["name"], refusal.facts["what"]) == ("name_taken", "perf", "undo")


def test_after_ten_minutes_it_is_too_late(world):
    remove(world)
    world.later(minutes=10)
    refusal = world.refused(undelete_vms, actor=ALICE, vm_ids=["vm"])
    assert (refusal.code, facts_of(refusal)) == ("not_deleted", {"vm_id": "vm", "n": 10})
    world.now -= timedelta(milliseconds=1)
    back(world)


def test_after_ten_minutes_it_is_too_late_for_a_group(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.later(minutes=10)
    refusal = perf.refused(undelete_group, actor=ALICE, group_id=1)
    assert (refusal.code, facts_of(refusal)) == ("not_deleted", {"group_id": 1, "n": 10})


def test_what_is_there_cannot_be_brought_back(perf):
    refusal = perf.refused(undelete_vms, actor=ALICE, vm_ids=["a"])
    assert (refusal.code, facts_of(refusal)) == ("not_deleted", {"vm_id": "a", "there": True, "n": 10})
    refusal = perf.refused(undelete_group, actor=ALICE, group_id=1)
    assert (refusal.code, refusal.facts["there"]) == ("not_deleted", True)


def test_a_second_undo_finds_nothing(world):
    remove(world)
    back(world)
    assert world.refused(undelete_vms, actor=ALICE, vm_ids=["vm"]).facts["there"] is True


@pytest.mark.parametrize(("who", "code"), [(BOB, "not_allowed"), (None, "not_signed_in")])
def test_only_admins_undo(perf, who, code):
    remove(perf, "a")
    perf.do(groups.delete, actor=ALICE, group_id=1)
    assert perf.refused(undelete_vms, actor=who, vm_ids=["a"]).code == code
    assert perf.refused(undelete_group, actor=who, group_id=1).code == code


def test_a_name_is_found_in_another_spelling(world):
    remove(world)
    assert [vm.id for vm in world.do(undelete_vms, actor=ALICE, vm_ids=["VM"])[0]] == ["vm"]


def test_of_two_deletions_of_one_name_the_latest_is_undone(world):
    remove(world)
    world.add("vm")
    world.do(edit, actor=ALICE, vm_id="vm", description="the second one")
    remove(world)
    back(world)
    assert world.vm().description == "the second one"


# What is kept


def test_what_is_too_old_is_forgotten_with_the_next_deletion_and_by_the_clean_up(world):
    world.add("a", "b")
    remove(world, "a")
    world.later(minutes=9)
    remove(world, "b")
    assert [*world.state.deleted] == ["a", "b"]
    world.later(minutes=1)
    remove(world, "vm")
    assert [*world.state.deleted] == ["b", "vm"]
    world.later(minutes=10)
    world.do(forget_old)
    assert world.state.deleted == {}


def test_a_name_that_was_deleted_twice_is_kept_as_long_as_its_last_deletion(world):
    remove(world)
    world.add("vm", "other")
    world.later(minutes=5)
    remove(world, "other")
    remove(world)
    world.later(minutes=6)
    world.do(forget_old)
    assert [*world.state.deleted] == ["other", "vm"]


# Letters


def test_an_undo_at_once_takes_back_the_letters(taken):
    queued(taken, BOB, vm_id="vm")
    remove(taken)
    assert letters(taken) == [("deleted", CHARLIE), ("queue_gone", BOB)]
    taken.later(seconds=8)
    back(taken)
    assert letters(taken) == []
    assert taken.kinds() == ["vm_undeleted", "queue_back"]


def test_whoever_got_a_letter_gets_another(taken):
    queued(taken, BOB, vm_id="vm")
    remove(taken)
    sent(taken)
    back(taken)
    assert letters(taken) == [("undeleted", CHARLIE), ("queue_back", BOB)]


def test_a_letter_that_may_be_on_its_way_is_followed_by_another(taken):
    remove(taken)
    taken.later(seconds=9.5)
    back(taken)
    assert letters(taken) == [("undeleted", CHARLIE)]


def test_of_a_letter_about_several_machines_the_others_stay(world):
    world.add("a", "b", "c")
    for vm_id in "abc":
        world.do(book, actor=BOB, vm_id=vm_id, hours=1)
    remove(world, "a", "b", "c")
    back(world, "b")
    [letter] = world.state.letters.values()
    assert [topic["vm_id"] for topic in letter.topics] == ["a", "c"]


def test_a_booking_that_does_not_come_back_keeps_its_letter(taken):
    remove(taken)
    taken.limits = replace(taken.limits, max_machines=0)
    back(taken)
    assert letters(taken) == [("deleted", CHARLIE)]


def test_no_letter_tells_an_admin_what_the_admin_did(world):
    world.do(book, actor=ALICE, vm_id="vm", hours=1)
    remove(world)
    sent(world)
    back(world)
    assert letters(world) == []


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
