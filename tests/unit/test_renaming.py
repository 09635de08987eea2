"""A machine gets another name. Whatever concerned it goes on, and its former names lead to it."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from loadzone.datafile.checker import check_file
from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import FORMER_MOST, Letter, Vm
from loadzone.notifications.letters import letters_for
from loadzone.rules import booking, expiry, groups, history, inventory, outbox, queue
from loadzone.rules.still_so import still_so
from support.world import ALICE, BOB, CHARLIE, World
from unit.test_by_link import follow, mailed, shown, void


def rename(world, old, new, **arguments):
    return world.do(inventory.edit, actor=ALICE, vm_id=old, name=new, **arguments)


def refusal(world, old, new):
    refused = world.refused(inventory.edit, actor=ALICE, vm_id=old, name=new)
    return refused.code, refused.facts.get("vm_id")


def encoded(state):
    encoder = StateEncoder()
    encoder.mark_all(state)
    return encoder.encode(state)


@pytest.fixture
def renamed(perf):
    """Return the world with the machines a, b, c in group 1, after b was renamed to db."""
    rename(perf, "b", "db")
    return perf


def test_a_machine_keeps_its_place_in_the_file_and_in_its_group(renamed):
    assert list(renamed.state.vms) == ["a", "db", "c"]
    assert renamed.state.groups[1].vm_ids == ("a", "db", "c")
    assert renamed.vm("db").former_ids == ("b",)


def test_everybody_is_told_under_both_names(renamed):
    [event] = renamed.events
    assert (event.kind, event.by, event.was, event.vm_id) == ("vm_renamed", ALICE, "b", "db")


@pytest.mark.parametrize("name", ["b", "B", "db"])
def test_calls_take_a_former_name(renamed, name):
    renamed.do(booking.book, actor=BOB, vm_id=name, hours=1)
    renamed.do(booking.beat, actor=BOB, vm_ids=[name])
    renamed.do(booking.renew, actor=BOB, vm_id=name, hours=1)
    renamed.do(booking.change_note, actor=BOB, vm_id=name, note="x")
    renamed.do(queue.join, actor=CHARLIE, vm_id=name, hours=1)
    assert renamed.do(booking.cancel_all, actor=BOB, vm_ids=["a", name][1:])[0].id == "db"
    assert renamed.vm("db").hold.email == CHARLIE
    renamed.do(queue.leave, actor=CHARLIE, vm_id=name)
    version = renamed.vm("db").version
    renamed.do(inventory.edit_all, actor=ALICE, vm_ids=[name], versions={name: version}, description="y")
    renamed.do(groups.remove_vm, actor=ALICE, vm_id=name)
    renamed.do(groups.add_vms, actor=ALICE, group_id=1, vm_ids=[name])
    renamed.do(inventory.delete, actor=ALICE, vm_id=name)
    assert "db" not in renamed.state.vms


def test_a_list_with_both_names_has_the_machine_once(renamed):
    booked = renamed.do(booking.book_all, actor=BOB, vm_ids=["b", "db", "a"], hours=1)
    assert [vm.id for vm in booked] == ["db", "a"]


def test_a_new_machine_takes_a_former_name_for_good(renamed):
    version = renamed.vm("db").version
    renamed.add("B")
    assert renamed.vm("db").former_ids == ()
    assert renamed.vm("db").version == version  # nobody has edited it
    assert renamed.do(booking.book, actor=BOB, vm_id="b", hours=1).id == "B"
    renamed.do(inventory.delete, actor=ALICE, vm_id="B", force=True)
    assert renamed.refused(booking.book, actor=BOB, vm_id="b", hours=1).code == "no_such_vm"


def test_another_machine_renamed_so_takes_a_former_name(renamed):
    rename(renamed, "c", "b")
    assert (renamed.vm("db").former_ids, renamed.vm("b").former_ids) == ((), ("c",))


@pytest.mark.parametrize("name", ["a", "A", "\N{FULLWIDTH LATIN SMALL LETTER A}"])
def test_the_name_of_another_machine_is_refused(renamed, name):
    assert refusal(renamed, "db", name) == ("vm_exists", "a")


def test_a_name_may_change_its_case_only(renamed):
    rename(renamed, "db", "DB")
    assert renamed.vm("DB").former_ids == ("b", "db")  # links of letters have it exactly so


def test_renaming_back_takes_the_name_from_the_former_ones(renamed):
    rename(renamed, "db", "b")
    assert renamed.vm("b").former_ids == ("db",)
    assert list(renamed.state.vms) == ["a", "b", "c"]


def test_the_own_name_is_no_change(renamed):
    before = renamed.state.copy()
    rename(renamed, "db", "db")
    assert (renamed.state, renamed.events) == (before, [])


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


def test_the_oldest_of_too_many_former_names_goes(perf):
    for n in range(FORMER_MOST + 2):
        rename(perf, "a" if n == 0 else f"a{n}", f"a{n + 1}")
    vm = perf.vm(f"a{FORMER_MOST + 2}")
    assert (len(vm.former_ids), vm.former_ids[0], vm.former_ids[-1]) == (FORMER_MOST, "a2", f"a{FORMER_MOST + 1}")


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
    world.do(booking.book, actor=BOB, vm_id="vm", hours=2)
    world.later(minutes=61)
    world.do(expiry.settle, vm_ids=["vm"])
    links = mailed(world, "reminder")
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
    world.do(booking.book, actor=BOB, vm_id="vm", hours=2)
    world.later(minutes=61)
    world.do(expiry.settle, vm_ids=["vm"])
    links = mailed(world, "reminder")
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


def test_twins_of_an_older_file_keep_their_exact_names():
    """Old files may have two machines whose names are the same. The exact name wins, also a former one."""
    world = World()
    world.state.vms = {"a": Vm("a"), "A": Vm("A")}
    assert refusal(world, "a", "A") == ("vm_exists", "A")
    rename(world, "a", "x")
    book = {"actor": BOB, "hours": 1}
    assert world.do(booking.book, vm_id="a", **book).id == "x"
    assert world.do(booking.book, vm_id="A", **book).id == "A"


def test_the_file_keeps_former_names(renamed):
    state, repaired = read_state(encoded(renamed.state))
    assert (state.vms, repaired) == (renamed.state.vms, [])
    assert b'"id":"a","group":1,"booked_by":null,"expires_at":null,"version":' in encoded(renamed.state)  # none there


@pytest.mark.parametrize(
    ("former", "kept"),
    [
        (["c"], ()),  # the name of another machine
        (["x", "x"], ("x",)),
        (["a", "x", ""], ("x",)),  # its own
        (["y"], ()),  # already that of b
        ([f"n{n}" for n in range(25)], tuple(f"n{n}" for n in range(5, 25))),
    ],
)
def test_former_names_of_a_file_lead_to_one_machine_only(former, kept):
    vms = [{"id": "b", "former_ids": ["y"]}, {"id": "a", "former_ids": former}, {"id": "c"}]
    report = check_file(orjson.dumps({"vms": vms}))
    assert (report.problems, report.state.vms["a"].former_ids) == ([], kept)
    names = ", ".join(map(repr, kept)) or "none"
    sentence = f"machine 'a' had former names that are taken, doubled or too many; kept: {names}"
    assert report.repaired == [sentence]


@pytest.mark.parametrize("former", ["b", [1], {"b": 1}])
def test_former_names_that_are_no_texts_are_a_problem(former):
    report = check_file(orjson.dumps({"vms": [{"id": "a", "former_ids": former}]}))
    assert len(report.problems) == 1
    assert "vms[0].former_ids" in report.problems[0]


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
