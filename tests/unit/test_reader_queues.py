"""Queues, holds and tokens in the data file: those of the original system load, ours read back the same."""

import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from loadzone.config import Config
from loadzone.datafile.reader import BadFile, read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import BrowserSession, Entry, Letter, Token, User
from loadzone.domain.records import Booking, Deleted, Group, Hold, State, Vm, Waiter
from loadzone.rules.expiry import set_right
from loadzone.rules.finish import finish
from scheduler import Scheduler
from support.stores import json_store
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import holds, waiting

WAITER = Waiter(
    BOB, 2.5, NOON, auto=True, count=2, via="nightly", heartbeat_minutes=10.0, seen=NOON + timedelta(minutes=3)
)
TOKEN = Token("t1", "nightly", "hash", NOON, NOON + timedelta(days=9), used=NOON + timedelta(hours=1), reminded=NOON)
SESSION = BrowserSession(NOON, NOON - timedelta(days=1), "code", "Firefox", "Linux")
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
    ssh_user="ubuntu",
    number=7,
    ssh_port=2222,
    rest={"cpu": 8},
    version=7,
    former_ids=("once",),
)
HELD = Vm(
    "held",
    group=1,
    hold=Hold(BOB, 2.5, NOON, until=NOON + timedelta(minutes=15), group=1, heartbeat_minutes=10.0),
    number=8,
)


def read(data):
    return read_state(json.dumps(data).encode())


def back(state):
    """Return the state as a restart reads it; nothing may need a repair."""
    encoder = StateEncoder()
    encoder.mark_all(state)
    again, repairs = read_state(encoder.encode(state))
    assert repairs == []
    return again


def free_machine(*queue, **more):
    return {"id": "vm", "group": None, "booked_by": None, "expires_at": None, "queue": list(queue), **more}


# Files of LoadZone


def test_every_field_reads_back_the_same():
    group = Group(1, "Perf", ("booked", "held"), (WAITER, Waiter(CHARLIE, 1.0, NOON)), {"color": "red"}, 8)
    user = User(
        BOB,
        NOON,
        (Entry("receive", "booked", NOON, NOON + timedelta(hours=2), {"ip": "10.0.0.2"}, "ann@example.com"),),
        "admin",
        "en",
        "ru",
        {"s": SESSION},
        {"t1": TOKEN, "t2": replace(TOKEN, id="t2", name="other", used=None)},
        {"phone": "1"},
        "Europe/Berlin",
        ("reminder",),
    )
    letter = Letter("l1", BOB, "held", NOON, {"vm_id": "held", "more": [{"vm_id": "booked"}]})
    gone = replace(BOOKED, id="gone", number=9)
    deleted = {"gone": Deleted(gone, NOON, ALICE, 2), 9: Deleted(replace(group, id=9), NOON, ALICE)}
    tables = {"booked": BOOKED, "held": HELD}, {1: group}, {BOB: user}, {"l1": letter}
    line = HistoryLine(
        10, 3, NOON, "vm_edited", ALICE, "token:ci", 7, "booked", 1, "Perf", BOB, NOON, NOON, 1.5, "swap", {"a": [1, 2]}
    )
    numbers = {"epoch": 3, "last_number": 12}
    state = State(*tables, revision=7, rest={"version": 3}, deleted=deleted, history={10: line}, **numbers)
    assert back(state) == state


@pytest.mark.parametrize(
    "record",
    [BOOKED, BOOKED.booking, HELD.hold, WAITER, TOKEN, SESSION],
    ids=lambda record: type(record).__name__.lower(),
)
def test_the_records_of_that_test_leave_no_field_at_its_default(record):
    bare = {field.name for field in fields(record) if getattr(record, field.name) == field.default}
    assert bare <= {"hold", "loose_note"}, "a booked machine is not held, and its note is the booking's"


def test_a_kept_machine_reads_back_kept():
    kept = replace(HELD, number=8, hold=Hold(BOB, 1.0, NOON, until=None, group=1))
    state = State({"held": kept}, {1: Group(1, "Perf", ("held",), (replace(WAITER, count=2),))})
    more = replace(kept, id="more", number=9, hold=None, maintenance="disk swap")
    state.vms["more"], state.groups[1] = more, replace(state.groups[1], vm_ids=("held", "more"))
    state.last_number = 9
    assert back(state) == state


def test_holds_and_queues_are_written_for_people_to_read():
    encoder = StateEncoder()
    state = State({"held": replace(HELD, group=None, queue=(Waiter(ALICE, 1.0, NOON),))})
    encoder.mark_all(state)
    (vm,) = json.loads(encoder.encode(state))["vms"]
    assert (vm["held_for"], vm["held_until"]) == (BOB, "2026-11-24T12:15:00Z")
    assert vm["queue"] == [{"email": ALICE, "hours": 1.0, "auto": False, "since": "2026-11-24T12:00:00Z"}]


def test_empty_fields_are_not_written():
    encoder = StateEncoder()
    state = State({"vm": Vm("vm")}, {1: Group(1, "Perf")})
    encoder.mark_all(state)
    data = json.loads(encoder.encode(state))
    assert data["vms"] == [{"id": "vm", "group": None, "booked_by": None, "expires_at": None}]
    assert data["groups"] == [{"id": 1, "name": "Perf", "vm_ids": []}]


def test_hours_that_would_be_refused_today_are_kept_and_served(world):
    """Older files may contain them."""
    odd = {"email": BOB, "hours": 1e-300, "auto": True, "since": "2026-11-24T12:00:00Z"}
    world.state, repairs = read({"vms": [free_machine(odd)]})
    assert (repairs, world.vm().queue[0].hours) == ([], 1e-300)
    world.do(set_right)
    assert world.vm().holder == BOB


# Files of the original system


def test_a_list_of_addresses_is_read_as_a_queue_with_each_person_once():
    queue = ["Bob@Example.com", "", "alice@example.com", "bob@example.com", " ", "ALICE@example.com "]
    vm = read({"vms": [free_machine(*queue)]})[0].vms["vm"]
    assert waiting(vm) == [BOB, ALICE]
    assert {(waiter.hours, waiter.auto, waiter.count, waiter.heartbeat_minutes) for waiter in vm.queue} == {
        (1.0, False, 1, None)
    }


def test_addresses_and_full_entries_may_be_mixed():
    ours = {"email": "Bob@example.com", "hours": 3, "since": "2026-11-24T12:00:00Z"}
    vm = read({"vms": [free_machine("alice@example.com", ours, "bob@example.com")]})[0].vms["vm"]
    assert [(waiter.email, waiter.hours) for waiter in vm.queue] == [(ALICE, 1.0), (BOB, 3.0)]
    assert vm.queue[1].since == NOON


def test_it_is_written_back_in_our_format_and_reads_the_same():
    state, _ = read({"vms": [free_machine("bob@example.com")]})
    assert back(state) == state


def test_a_free_machine_with_a_queue_is_held_for_the_first_at_the_start(world):
    world.state, repairs = read({"vms": [free_machine("Bob@example.com", "alice@example.com")]})
    assert repairs == []
    world.do(set_right)
    assert (holds(world), waiting(world.vm())) == ({"vm": (BOB, True)}, [ALICE])
    assert world.vm().hold.until == NOON + timedelta(minutes=15)
    assert [(event.kind, event.to) for event in world.events] == [("held", BOB)]


def test_the_real_store_holds_it_for_the_first_before_the_first_answer(tmp_path):
    path, letters = tmp_path / "data.json", []
    path.write_text(json.dumps({"vms": [free_machine("bob@example.com", "alice@example.com")]}))
    store, config = json_store(path), Config()
    store.subscribe(lambda commit: letters.extend(commit.events))
    scheduler = Scheduler(
        store, CommandBus(store, lambda: NOON, config, finish, lambda event, now: ()), config, lambda: NOON
    )
    scheduler.catch_up()
    assert json.loads(path.read_bytes())["vms"][0]["held_for"] == BOB
    assert [event.kind for event in letters] == ["history_began", "held"]
    assert scheduler.next_deadline == NOON + timedelta(minutes=15)
    store.close()


def test_people_queued_behind_a_booking_have_waited_longer_than_those_who_join_now():
    booked = free_machine("bob@example.com", booked_by=CHARLIE, expires_at="2026-11-24T13:00:00Z")
    start = {"vm_id": "vm", "start": "2026-11-24T11:00:00Z", "end": "2026-11-24T13:00:00Z", "action": "book"}
    state, _ = read({"vms": [booked], "users": {CHARLIE: {"bookings": [start]}}})
    assert waiting(state.vms["vm"]) == [BOB]
    assert state.vms["vm"].queue[0].since < NOON


def test_a_queue_of_twelve_in_an_old_file_is_kept(world):
    people = [f"p{n}@example.com" for n in range(12)]
    world.state.vms.update(read({"vms": [free_machine(*people, maintenance="disk swap")]})[0].vms)
    world.do(set_right)
    assert waiting(world.vm()) == people


# Contradictions


def test_a_machine_booked_or_out_of_service_is_not_held():
    held = {"held_for": BOB, "held_until": "2026-11-24T13:00:00Z"}
    booked = {"id": "a", "booked_by": CHARLIE, "expires_at": "2026-11-24T13:00:00Z", **held}
    state, repairs = read({"vms": [booked, {"id": "b", "maintenance": "disk swap", **held}]})
    assert [(vm.holder, vm.maintenance, vm.hold) for vm in state.vms.values()] == [
        (CHARLIE, "", None),
        (None, "disk swap", None),
    ]
    assert [BOB in sentence for sentence in repairs] == [True, True]


@pytest.mark.parametrize("group", [None, 1, 7])
def test_a_machine_kept_for_somebody_who_does_not_wait_in_its_group_is_freed(group):
    vm = {"id": "vm", "group": 1, "held_for": BOB, "held_group": group}
    state, repairs = read({"vms": [vm], "groups": [{"id": 1, "name": "Perf", "vm_ids": ["vm"], "queue": [ALICE]}]})
    assert state.vms["vm"].hold is None
    assert len(repairs) == 1


def test_a_hold_that_names_another_group_is_kept_without_a_group():
    held = {"held_for": BOB, "held_until": "2026-11-24T13:00:00Z", "held_group": 7}
    state, repairs = read({"vms": [free_machine(**held)]})
    assert (state.vms["vm"].hold.email, state.vms["vm"].hold.group, repairs) == (BOB, None, [])


def test_the_holder_of_a_machine_is_removed_from_its_queue():
    state, repairs = read({"vms": [free_machine(BOB, ALICE, booked_by=BOB, expires_at="2026-11-24T13:00:00Z")]})
    assert waiting(state.vms["vm"]) == [ALICE]
    assert len(repairs) == 1


def test_a_waiter_for_more_machines_than_the_group_has_is_removed(world):
    queue = [{"email": BOB, "count": 5}, {"email": ALICE, "count": 1}]
    state, _ = read({"vms": [{"id": "vm"}], "groups": [{"id": 1, "name": "Perf", "vm_ids": ["vm"], "queue": queue}]})
    world.state.vms, world.state.groups = state.vms, state.groups
    world.do(set_right)
    assert (holds(world), waiting(world.state.groups[1])) == ({"vm": (ALICE, True)}, [])
    assert ("queue_gone", BOB) in [(event.kind, event.to) for event in world.events]


def test_the_tokens_of_one_person_under_two_spellings_are_all_kept():
    def spelled(*ids):
        times = {"created": "2026-11-24T12:00:00Z", "expires": "2026-12-24T12:00:00Z"}
        return {"tokens": [{"id": token_id, "name": token_id, "digest": "d", **times} for token_id in ids]}

    state, _ = read({"users": {"Bob@Example.com": spelled("t1"), "bob@example.com": spelled("t2")}})
    assert sorted(state.users[BOB].tokens) == ["t1", "t2"]


def test_a_hold_written_by_hand_needs_only_a_person_and_an_end():
    state, repairs = read({"vms": [free_machine(held_for="Bob@Example.com", held_until="2026-11-24T13:00:00Z")]})
    hold = state.vms["vm"].hold
    assert (hold.email, hold.until, hold.hours, hold.group) == (BOB, NOON + timedelta(hours=1), 1.0, None)
    assert repairs == []


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
def test_a_malformed_queue_is_refused_with_the_reason_and_place(more, place):
    with pytest.raises(BadFile) as caught:
        read({"vms": [{"id": "vm", **more}]})
    assert place in str(caught.value)


def test_a_token_without_its_hash_is_refused():
    with pytest.raises(BadFile, match=r"users\['a@x.y'\].tokens\[0\].digest: is missing"):
        read({"users": {"a@x.y": {"tokens": [{"id": "t", "created": "2026-11-24T12:00:00Z"}]}}})


def test_a_place_without_an_address_is_dropped():
    state, _ = read_state(b'{"vms": [{"id": "a", "queue": [{"email": "  ", "hours": 1}, "", "Bob@x.y"]}]}')
    assert [waiter.email for waiter in state.vms["a"].queue] == ["bob@x.y"]
