"""Queues, holds and tokens in the file: those of the original load, ours come back as they were."""

import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from loadzone.config import Config
from loadzone.datafile.reader import BadFile, read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import Booking, Entry, Group, Hold, Letter, State, Token, User, Vm, Waiter
from loadzone.rules.expiry import set_right
from scheduler import Scheduler
from storage import JsonStore
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import holds, waiting

WAITER = Waiter(
    BOB, 2.5, NOON, auto=True, count=2, via="nightly", heartbeat_minutes=10.0, seen=NOON + timedelta(minutes=3)
)
TOKEN = Token("t1", "nightly", "hash", NOON, NOON + timedelta(days=9), used=NOON + timedelta(hours=1))
BOOKED = Vm(
    "booked",
    group=1,
    booking=Booking(
        CHARLIE,
        expires_at=NOON + timedelta(hours=2),
        booked_at=NOON,
        end_set_at=NOON,
        reminded=NOON + timedelta(hours=1),
        note="soak",
        via="nightly",
        heartbeat_minutes=10.0,
        heartbeat_at=NOON + timedelta(minutes=5),
        told_waiting=True,
    ),
    queue=(replace(WAITER, count=1),),
    maintenance="disk swap",
    freed_at=NOON - timedelta(days=1),
    description="fast",
    tags=("x",),
    external_ip="192.0.2.1",
    internal_ip="10.0.0.1",
    rest={"cpu": 8},
)
HELD = Vm(
    "held", group=1, hold=Hold(BOB, 2.5, NOON, until=NOON + timedelta(minutes=15), group=1, heartbeat_minutes=10.0)
)


def read(data):
    return read_state(json.dumps(data).encode())


def back(state):
    """The state as it is after a restart; nothing may have to be mended."""
    text = StateEncoder()
    text.mark_all(state)
    again, mended = read_state(text.encode(state))
    assert mended == []
    return again


def free_machine(*queue, **more):
    return {"id": "vm", "group": None, "booked_by": None, "expires_at": None, "queue": list(queue), **more}


# Ours


def test_everything_that_is_remembered_comes_back():
    group = Group(1, "Perf", ("booked", "held"), (WAITER, Waiter(CHARLIE, 1.0, NOON)), {"color": "red"})
    user = User(
        BOB,
        NOON,
        (Entry("book", "booked", NOON, NOON + timedelta(hours=2), {"ip": "10.0.0.2"}),),
        "admin",
        "en",
        "ru",
        {"s": NOON},
        {"t1": TOKEN, "t2": replace(TOKEN, id="t2", name="other", used=None)},
        {"phone": "1"},
    )
    letter = Letter("l1", BOB, "held", NOON, {"vm_id": "held"})
    state = State({"booked": BOOKED, "held": HELD}, {1: group}, {BOB: user}, {"l1": letter}, 7, {"version": 3})
    assert back(state) == state


@pytest.mark.parametrize(
    "record", [BOOKED, BOOKED.booking, HELD.hold, WAITER, TOKEN], ids=lambda record: type(record).__name__.lower()
)
def test_that_test_leaves_no_field_at_its_default(record):
    bare = {field.name for field in fields(record) if getattr(record, field.name) == field.default}
    assert bare <= {"hold", "loose_note"}, "a booked machine is not held, and its note is the booking's"


def test_a_machine_that_is_kept_comes_back_kept():
    kept = replace(HELD, hold=Hold(BOB, 1.0, NOON, until=None, group=1))
    state = State({"held": kept}, {1: Group(1, "Perf", ("held",), (replace(WAITER, count=2),))})
    more = replace(kept, id="more", hold=None, maintenance="disk swap")
    state.vms["more"], state.groups[1] = more, replace(state.groups[1], vm_ids=("held", "more"))
    assert back(state) == state


def test_the_file_names_what_a_person_looks_for():
    text = StateEncoder()
    state = State({"held": replace(HELD, group=None, queue=(Waiter(ALICE, 1.0, NOON),))})
    text.mark_all(state)
    (vm,) = json.loads(text.encode(state))["vms"]
    assert (vm["held_for"], vm["held_until"]) == (BOB, "2026-11-24T12:15:00Z")
    assert vm["queue"] == [{"email": ALICE, "hours": 1.0, "auto": False, "since": "2026-11-24T12:00:00Z"}]


def test_what_is_not_there_is_not_written():
    text = StateEncoder()
    state = State({"vm": Vm("vm")}, {1: Group(1, "Perf")})
    text.mark_all(state)
    data = json.loads(text.encode(state))
    assert data["vms"] == [{"id": "vm", "group": None, "booked_by": None, "expires_at": None}]
    assert data["groups"] == [{"id": 1, "name": "Perf", "vm_ids": []}]


def test_hours_that_could_not_be_asked_for_now_are_kept_and_served(world):
    """Of an older file."""
    odd = {"email": BOB, "hours": 1e-300, "auto": True, "since": "2026-11-24T12:00:00Z"}
    world.state, mended = read({"vms": [free_machine(odd)]})
    assert (mended, world.vm().queue[0].hours) == ([], 1e-300)
    world.do(set_right)
    assert world.vm().holder == BOB


# The original's


def test_a_plain_list_of_addresses_is_a_queue_in_its_order_each_person_once():
    queue = ["Bob@Example.com", "", "alice@example.com", "bob@example.com", " ", "ALICE@example.com "]
    vm = read({"vms": [free_machine(*queue)]})[0].vms["vm"]
    assert waiting(vm) == [BOB, ALICE]
    assert {(waiter.hours, waiter.auto, waiter.count, waiter.heartbeat_minutes) for waiter in vm.queue} == {
        (1.0, False, 1, None)
    }


def test_addresses_and_our_own_entries_may_stand_side_by_side():
    ours = {"email": "Bob@example.com", "hours": 3, "since": "2026-11-24T12:00:00Z"}
    vm = read({"vms": [free_machine("alice@example.com", ours, "bob@example.com")]})[0].vms["vm"]
    assert [(waiter.email, waiter.hours) for waiter in vm.queue] == [(ALICE, 1.0), (BOB, 3.0)]
    assert vm.queue[1].since == NOON


def test_it_is_written_back_as_ours_and_reads_the_same():
    state, _ = read({"vms": [free_machine("bob@example.com")]})
    assert back(state) == state


def test_a_free_machine_with_a_queue_is_held_for_the_first_at_the_start(world):
    world.state, mended = read({"vms": [free_machine("Bob@example.com", "alice@example.com")]})
    assert mended == []
    world.do(set_right)
    assert (holds(world), waiting(world.vm())) == ({"vm": (BOB, True)}, [ALICE])
    assert world.vm().hold.until == NOON + timedelta(minutes=15)
    assert [(event.kind, event.to) for event in world.events] == [("held", BOB)]


def test_so_it_is_with_the_real_store_before_the_first_answer(tmp_path):
    path, letters = tmp_path / "data.json", []
    path.write_text(json.dumps({"vms": [free_machine("bob@example.com", "alice@example.com")]}))
    store, config = JsonStore(path), Config()
    store.subscribe(lambda commit: letters.extend(commit.events))
    scheduler = Scheduler(store, CommandBus(store, lambda: NOON, config, lambda event, now: ()), config, lambda: NOON)
    scheduler.catch_up()
    assert json.loads(path.read_bytes())["vms"][0]["held_for"] == BOB
    assert [event.kind for event in letters] == ["held"]
    assert scheduler.next_deadline == NOON + timedelta(minutes=15)
    store.close()


def test_behind_a_booking_they_have_waited_longer_than_whoever_joins_now():
    booked = free_machine("bob@example.com", booked_by=CHARLIE, expires_at="2026-11-24T13:00:00Z")
    start = {"vm_id": "vm", "start": "2026-11-24T11:00:00Z", "end": "2026-11-24T13:00:00Z", "action": "book"}
    state, _ = read({"vms": [booked], "users": {CHARLIE: {"bookings": [start]}}})
    assert waiting(state.vms["vm"]) == [BOB]
    assert state.vms["vm"].queue[0].since < NOON


def test_twelve_in_the_queue_of_an_old_file_stay(world):
    people = [f"p{n}@example.com" for n in range(12)]
    world.state.vms.update(read({"vms": [free_machine(*people, maintenance="disk swap")]})[0].vms)
    world.do(set_right)
    assert waiting(world.vm()) == people


# What contradicts itself


def test_what_is_booked_or_out_of_service_is_not_held():
    held = {"held_for": BOB, "held_until": "2026-11-24T13:00:00Z"}
    booked = {"id": "a", "booked_by": CHARLIE, "expires_at": "2026-11-24T13:00:00Z", **held}
    state, mended = read({"vms": [booked, {"id": "b", "maintenance": "disk swap", **held}]})
    assert [(vm.holder, vm.maintenance, vm.hold) for vm in state.vms.values()] == [
        (CHARLIE, "", None),
        (None, "disk swap", None),
    ]
    assert [BOB in sentence for sentence in mended] == [True, True]


@pytest.mark.parametrize("group", [None, 1, 7])
def test_what_is_kept_for_somebody_who_does_not_wait_in_its_group_is_kept_no_more(group):
    vm = {"id": "vm", "group": 1, "held_for": BOB, "held_group": group}
    state, mended = read({"vms": [vm], "groups": [{"id": 1, "name": "Perf", "vm_ids": ["vm"], "queue": [ALICE]}]})
    assert state.vms["vm"].hold is None
    assert len(mended) == 1


def test_what_is_held_from_another_group_is_held_from_none():
    held = {"held_for": BOB, "held_until": "2026-11-24T13:00:00Z", "held_group": 7}
    state, mended = read({"vms": [free_machine(**held)]})
    assert (state.vms["vm"].hold.email, state.vms["vm"].hold.group, mended) == (BOB, None, [])


def test_who_has_the_machine_does_not_wait_for_it():
    state, mended = read({"vms": [free_machine(BOB, ALICE, booked_by=BOB, expires_at="2026-11-24T13:00:00Z")]})
    assert waiting(state.vms["vm"]) == [ALICE]
    assert len(mended) == 1


def test_who_wants_more_than_the_group_has_does_not_wait_for_ever(world):
    queue = [{"email": BOB, "count": 5}, {"email": ALICE, "count": 1}]
    state, _ = read({"vms": [{"id": "vm"}], "groups": [{"id": 1, "name": "Perf", "vm_ids": ["vm"], "queue": queue}]})
    world.state.vms, world.state.groups = state.vms, state.groups
    world.do(set_right)
    assert (holds(world), waiting(world.state.groups[1])) == ({"vm": (ALICE, True)}, [])
    assert ("queue_gone", BOB) in [(event.kind, event.to) for event in world.events]


def test_the_tokens_of_one_person_in_two_spellings_are_all_kept():
    def spelled(*ids):
        times = {"created": "2026-11-24T12:00:00Z", "expires": "2026-12-24T12:00:00Z"}
        return {"tokens": [{"id": token_id, "name": token_id, "digest": "d", **times} for token_id in ids]}

    state, _ = read({"users": {"Bob@Example.com": spelled("t1"), "bob@example.com": spelled("t2")}})
    assert sorted(state.users[BOB].tokens) == ["t1", "t2"]


def test_a_hold_by_hand_needs_no_more_than_whom_and_until_when():
    state, mended = read({"vms": [free_machine(held_for="Bob@Example.com", held_until="2026-11-24T13:00:00Z")]})
    hold = state.vms["vm"].hold
    assert (hold.email, hold.until, hold.hours, hold.group) == (BOB, NOON + timedelta(hours=1), 1.0, None)
    assert mended == []


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"queue": "bob@example.com"}, "vms[0].queue: a list"),
        ({"queue": [5]}, "vms[0].queue[0]: an object"),
        ({"queue": ["a@x.y", {"hours": 1}]}, "vms[0].queue[1].email: is missing"),
        ({"queue": [{"email": "a@x.y", "hours": 0}]}, "vms[0].queue[0].hours: a number above 0"),
        ({"queue": [{"email": "a@x.y", "auto": "yes"}]}, "vms[0].queue[0].auto: true or false"),
        ({"queue": [{"email": "a@x.y", "since": "soon"}]}, "vms[0].queue[0].since: 'soon' is not a time"),
        ({"held_for": 5}, "vms[0].held_for: a text"),
        ({"heartbeat_minutes": -1}, "vms[0].heartbeat_minutes: a number above 0"),
        ({"maintenance": True}, "vms[0].maintenance: a text"),
    ],
)
def test_a_queue_of_another_shape_is_refused_with_what_and_where(more, place):
    with pytest.raises(BadFile) as caught:
        read({"vms": [{"id": "vm", **more}]})
    assert place in str(caught.value)


def test_a_token_without_its_hash_is_refused():
    with pytest.raises(BadFile, match=r"users\['a@x.y'\].tokens\[0\].digest: is missing"):
        read({"users": {"a@x.y": {"tokens": [{"id": "t", "created": "2026-11-24T12:00:00Z"}]}}})


def test_a_place_without_an_address_is_nobodys():
    state, _ = read_state(b'{"vms": [{"id": "a", "queue": [{"email": "  ", "hours": 1}, "", "Bob@x.y"]}]}')
    assert [waiter.email for waiter in state.vms["a"].queue] == ["bob@x.y"]
