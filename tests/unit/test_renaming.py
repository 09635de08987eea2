"""A machine gets another name. Whatever concerned it goes on. test_former_names.py is about the old names."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.commit import CannotSave
from loadzone.domain.people import Letter
from loadzone.notifications.letters import letters_for
from loadzone.rules import booking, expiry, history, inventory, outbox, queue
from loadzone.rules.still_so import still_so
from support.world import ALICE, BOB, CHARLIE
from unit.test_by_link import follow, mailed, shown, void


def rename(world, old, new, **arguments):
    return world.do(inventory.edit, actor=ALICE, vm_id=old, name=new, **arguments)


def reminded(world):
    """Return the links of the reminder about bob's booking."""
    world.do(booking.book, actor=BOB, vm_id="vm", hours=2)
    world.later(minutes=61)
    world.do(expiry.settle, vm_ids=["vm"])
    return mailed(world, "reminder")


def test_a_machine_keeps_its_place_in_the_file_and_in_its_group(perf):
    rename(perf, "b", "db")
    assert list(perf.state.vms) == ["a", "db", "c"]
    assert perf.state.groups[1].vm_ids == ("a", "db", "c")
    assert perf.vm("db").former_ids == ("b",)


def test_everybody_is_told_under_both_names(perf):
    rename(perf, "b", "db")
    [event] = perf.events
    assert (event.kind, event.by, event.was, event.vm_id) == ("vm_renamed", ALICE, "b", "db")


def test_two_machines_swap_their_names_in_three_steps(perf):
    perf.do(booking.book, actor=BOB, vm_id="a", hours=1)
    perf.do(booking.book, actor=CHARLIE, vm_id="b", hours=1)
    for old, new in (("a", "x"), ("b", "a"), ("x", "b")):
        rename(perf, old, new)
    assert [(vm.id, vm.holder, vm.former_ids) for vm in perf.state.vms.values()] == [
        ("b", BOB, ("x",)),
        ("a", CHARLIE, ()),
        ("c", None, ()),
    ]
    lines = {who: [entry.vm_id for entry in perf.state.users[who].bookings] for who in (BOB, CHARLIE)}
    assert lines == {BOB: ["b"], CHARLIE: ["a"]}


def test_the_version_grows_and_is_checked(perf):
    before = perf.vm("a").version
    assert rename(perf, "a", "x", version=before, description="new").version > before
    assert perf.refused(inventory.edit, actor=ALICE, vm_id="a", name="y", version=before).code == "changed"


def test_a_name_that_comes_again_has_another_version(perf):
    """An edit that was meant for a deleted machine does not hit one that was given its name."""
    perf.state.revision = 5
    for _ in range(3):
        perf.do(inventory.edit, actor=ALICE, vm_id="a", description=str(perf.vm("a").version))
    gone = perf.vm("a").version
    perf.state.revision += gone
    perf.do(inventory.delete, actor=ALICE, vm_id="a")
    assert rename(perf, "b", "a").version > gone


def test_bookings_holds_and_queues_follow(full):
    full.do(queue.join, actor=BOB, vm_id="a", hours=2)
    full.do(queue.join, actor=ALICE, vm_id="a", hours=2)
    before = full.vm("a")
    rename(full, "a", "x")
    assert replace(full.vm("x"), id="a", former_ids=(), version=before.version) == before
    full.later(minutes=61)
    full.do(expiry.settle, vm_ids=["x"])
    hold = full.vm("x").hold
    assert hold.email == BOB
    rename(full, "x", "y")
    assert full.vm("y").hold == hold


def test_a_machine_kept_for_a_waiter_of_the_group_stays_kept(full):
    full.do(queue.join, actor=BOB, group_id=1, hours=1, count=2)
    full.do(booking.cancel, actor=CHARLIE, vm_id="a")
    assert full.vm("a").kept_for == BOB
    rename(full, "a", "x")
    assert full.vm("x").kept_for == BOB
    full.do(booking.cancel, actor=CHARLIE, vm_id="b")
    assert {full.vm(name).hold.until is not None for name in ("x", "b")} == {True}


def test_a_job_keeps_its_booking_alive_under_the_former_name(perf):
    perf.do(booking.book, actor=BOB, vm_id="a", hours=4, heartbeat_minutes=30)
    rename(perf, "a", "x")
    for _ in range(3):
        perf.later(minutes=20)
        perf.do(booking.beat, actor=BOB, vm_ids=["a"])
        perf.do(expiry.settle, vm_ids=["a", "x"])
    assert perf.vm("x").holder == BOB
    perf.later(minutes=31)
    perf.do(expiry.settle, vm_ids=["a", "x"])
    assert perf.vm("x").booking is None


def test_what_has_run_out_ends_under_the_new_name(full):
    """The end of a booking that nobody has looked at yet is told, and passes on, as of the machine's new name."""
    full.do(queue.join, actor=BOB, vm_id="a", hours=1)
    full.later(minutes=61)
    rename(full, "a", "x")
    assert [(event.kind, event.vm_id) for event in full.events] == [
        ("vm_renamed", "x"),
        ("expired", "x"),
        ("held", "x"),
    ]
    assert [entry.vm_id for entry in full.state.users[CHARLIE].bookings] == ["x", "b", "c", "x"]


def test_history_follows(full):
    full.do(booking.cancel, actor=CHARLIE, vm_id="a")
    rename(full, "a", "x")
    lines = [(entry.action, entry.vm_id) for entry in full.state.users[CHARLIE].bookings]
    assert lines == [("book", "x"), ("book", "b"), ("book", "c"), ("cancel", "x")]
    full.later(minutes=61)
    full.do(history.clean_up)  # the pair goes whole
    assert [entry.vm_id for entry in full.state.users[CHARLIE].bookings] == ["b", "c"]


def test_links_in_letters_act_on_the_renamed_machine(world):
    links = reminded(world)
    rename(world, "vm", "db")
    assert shown(world, links["renew"]) == ["db"]
    end = world.vm("db").booking.expires_at
    assert follow(world, links["renew"]).booking.expires_at == end + timedelta(hours=1)
    assert void(world, links["release"])  # it was for the old end


@pytest.mark.parametrize("action", ["take", "pass"])
def test_links_of_a_hold_act_on_the_renamed_machine(taken, action):
    taken.do(queue.join, actor=BOB, vm_id="vm", hours=2)
    taken.do(booking.cancel, actor=CHARLIE, vm_id="vm")
    links = mailed(taken, "held")
    rename(taken, "vm", "db")
    follow(taken, links[action])
    assert taken.vm("db").holder == (BOB if action == "take" else None)


def test_a_link_is_void_once_another_machine_has_the_name(world):
    links = reminded(world)
    rename(world, "vm", "db")
    world.add("vm")
    assert void(world, links["renew"])


def post(world, kind):
    """Put the letter about the last events of this kind into the outbox; return its id."""
    [letter] = letters_for([event for event in world.events if event.kind == kind], world.now)
    world.state.letters[letter.id] = letter
    return letter.id


def sent(world, letter_id):
    """Return the names in the letter as it would be sent now; None: it is not sent."""
    letter = still_so(world.state.letters[letter_id], world.state, world.now)
    return letter and [facts["vm_id"] for facts in letter.topics]


def test_letters_in_the_outbox_name_what_their_readers_find(full):
    full.later(minutes=46)
    full.do(expiry.settle, vm_ids=["a"])
    assert full.kinds() == ["reminder"]
    reminder = post(full, "reminder")
    full.do(queue.join, actor=BOB, vm_id="b", hours=1)
    waited = post(full, "waited_for")
    rename(full, "a", "x")
    assert (sent(full, reminder), sent(full, waited)) == (["x"], ["b"])
    rename(full, "b", "a")  # another machine has the name by now
    assert (sent(full, reminder), sent(full, waited)) == (["x"], ["a"])


def test_of_a_letter_about_several_the_renamed_one_stays(full):
    full.do(booking.cancel_all, actor=ALICE, vm_ids=["a", "b", "c"], reason="fire drill")
    letter = post(full, "force_released")
    rename(full, "b", "x")
    assert sent(full, letter) == ["a", "x", "c"]


def test_a_letter_about_a_deleted_machine_keeps_its_name(full):
    full.do(inventory.delete, actor=ALICE, vm_id="a", force=True)
    letter = post(full, "vm_deleted")
    full.add("a")
    rename(full, "a", "x")
    assert sent(full, letter) == ["a"]


def test_renamed_twice_in_one_unit_of_work(perf):
    def swap(uow):
        inventory.edit(uow, ALICE, "a", name="x")
        inventory.edit(uow, ALICE, "b", name="a")
        inventory.edit(uow, ALICE, "x", name="b")
        inventory.add(uow, ALICE, "new", None)
        return list(uow.vms)

    first, second = perf.vm("a"), perf.vm("b")
    assert perf.do(swap) == list(perf.state.vms) == ["b", "a", "c", "new"]
    assert perf.state.groups[1].vm_ids == ("b", "a", "c")
    assert (perf.vm("b").version, perf.vm("a").version) == (first.version + 1, second.version + 1)


def test_renamed_and_back_in_one_unit_of_work(perf):
    def there_and_back(uow):
        inventory.edit(uow, ALICE, "a", name="x")
        inventory.edit(uow, ALICE, "x", name="a")

    perf.do(there_and_back)
    assert (list(perf.state.vms), perf.vm("a").former_ids) == (["a", "b", "c"], ("x",))


def test_a_renamed_machine_can_go_in_the_same_unit_of_work(perf):
    def rename_and_delete(uow):
        inventory.edit(uow, ALICE, "a", name="x")
        inventory.delete(uow, ALICE, "a")
        inventory.add(uow, ALICE, "a", None)

    perf.do(rename_and_delete)
    assert (list(perf.state.vms), perf.state.groups[1].vm_ids) == (["b", "c", "a"], ("b", "c"))


def test_a_letter_whose_facts_were_edited_by_hand_is_no_obstacle(perf):
    letter = Letter("l", BOB, "released", perf.now, {"vm_id": ["a"], "more": "no list"})
    perf.state.letters["l"] = letter
    perf.do(outbox.rename, old="a", new="x")
    assert perf.state.letters["l"] == letter


def test_a_rename_that_cannot_be_saved_did_not_happen(open_system, place):
    system = open_system()
    system.add("vm", "other")
    system.book("vm", 1)
    to_db = {"actor": ALICE, "vm_id": "vm", "name": "db"}
    with system.disk.full(), pytest.raises(CannotSave):
        system.bus.run(inventory.edit, **to_db)
    assert list(system.store.snapshot.vms) == ["vm", "other"]
    assert system.bus.run(inventory.edit, **to_db).holder == BOB
    assert list(place.kept) == list(system.store.snapshot.vms) == ["db", "other"]
