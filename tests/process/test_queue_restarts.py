"""Queues and holds after a stop or a kill: nothing is lost, and holds that lapsed meanwhile pass on at the start."""

import json
from datetime import timedelta

import pytest

from support.answers import done, refusal
from support.inventory import from_now, inventory, machine, moment, stamp
from support.listener import Listener
from support.people import Person
from support.waiting import eventually, soonest

TIMES = {"expires_at", "booked_at", "held_until", "held_since", "heartbeat_at", "freed_at", "since", "seen"}


@pytest.fixture
def board(start):
    """A server with three machines in a group, an admin, and three other people."""
    vms = [machine(f"vm-{n}") | {"group": 1} for n in range(3)]
    server = start(inventory(vms, [{"id": 1, "name": "perf", "vm_ids": ["vm-0", "vm-1", "vm-2"]}]))
    people = [Person(server, email).sign_in() for email in ("alice@example.com", None, None, None)]
    return server, *people


def age(server, minutes: float) -> None:
    """Move all times of machines and queues back, as if the stopped server had been down for so many minutes."""
    stored = server.stored()
    places = stored["vms"] + stored["groups"]
    for record in places + [waiter for place in places for waiter in place.get("queue", ())]:
        for name in TIMES & record.keys():
            if record[name]:
                record[name] = stamp(moment(record[name]) - timedelta(minutes=minutes))
    server.data.write_text(json.dumps(stored), encoding="utf-8")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_nothing_that_was_confirmed_is_lost(board, end):
    server, alice, ann, ben, cleo = board
    done(alice.book_any(1, count=3, note="mine"))
    done(ann.join("vm-0", 2))
    done(ben.join(1, 3, count=2, auto=True))
    done(cleo.join("vm-0", 1, auto=True))
    done(alice.cancel("vm-0"))
    done(alice.edit_vm("vm-2", maintenance="disk swap"))
    done(alice.cancel("vm-1"))
    before = alice.state()
    assert {vm["id"]: vm["held_for"] for vm in before["vms"]} == {"vm-0": ann.email, "vm-1": ben.email, "vm-2": None}
    getattr(server, end)()
    server.start()
    assert alice.state() == before


def test_the_queue_is_served_in_the_same_order_after_a_restart(board):
    server, alice, ann, ben, _ = board
    done(alice.book("vm-0"))
    done(ann.join("vm-0", 2))
    done(ben.join("vm-0"))
    server.kill()
    server.start()
    assert done(ben.join("vm-0"))["position"] == 2
    assert done(alice.cancel("vm-0"))["held_for"] == ann.email
    assert done(ann.book("vm-0"))["booked_by"] == ann.email


def test_a_hold_that_lapsed_while_down_passes_on_before_the_first_answer(board):
    server, alice, ann, ben, cleo = board
    done(alice.book("vm-0"))
    for person in (ann, ben, cleo):
        done(person.join("vm-0"))
    done(alice.cancel("vm-0"))
    server.kill()
    age(server, 20)
    server.start()
    seen = cleo.vm("vm-0")
    assert seen["held_for"] == ben.email
    assert moment(seen["held_until"]) > from_now(minutes=14), (
        "the time of the next person begins at the start of the server"
    )
    assert cleo.queue("vm-0") == [cleo.email]
    assert refusal(ann.book("vm-0")) == (409, "vm_held")


def test_a_hold_keeps_its_end_over_a_restart(board):
    server, _, ann, _, _ = board
    done(ann.join("vm-0"))
    held = ann.vm("vm-0")
    server.kill()
    age(server, 10)
    server.start()
    assert moment(ann.vm("vm-0")["held_until"]) == moment(held["held_until"]) - timedelta(minutes=10)


def test_a_machine_whose_booking_ended_while_down_goes_to_the_queue(board):
    server, alice, ann, ben, _ = board
    done(alice.book("vm-0", 0.1))
    done(alice.book("vm-1", 0.1))
    done(alice.book("vm-2", 24))
    done(ann.join("vm-0"))
    done(ben.join(1, 2, auto=True))
    server.kill()
    age(server, 10)
    server.start()
    assert ann.vm("vm-0")["held_for"] == ann.email
    assert ben.vm("vm-1")["booked_by"] == ben.email
    assert alice.actions("vm-0") == ["book", "release"]
    assert ben.actions("vm-1") == ["book"]


def test_a_job_keeps_its_machine_though_heartbeats_failed_while_the_server_was_down(board):
    server, alice, ann, _, _ = board
    done(alice.book("vm-0", 5, heartbeat_minutes=10))
    done(ann.join("vm-0"))
    server.kill()
    age(server, 60)
    server.start()
    assert alice.vm("vm-0")["booked_by"] == "alice@example.com"
    done(alice.heartbeat("vm-0"))
    assert alice.queue("vm-0") == [ann.email]


def test_a_silent_job_loses_its_machine_after_its_interval_from_the_start(board):
    server, alice, ann, _, _ = board
    done(alice.book("vm-0", 5, heartbeat_minutes=0.05))
    done(ann.join("vm-0"))
    server.kill()
    begun = from_now()
    server.start()
    eventually(lambda: ann.vm("vm-0")["held_for"] == ann.email)
    assert from_now() - begun >= timedelta(seconds=3)
    assert alice.actions("vm-0") == ["book", "release"]


def test_a_waiting_job_keeps_its_place_while_the_server_is_down(board):
    server, alice, ann, _, _ = board
    done(alice.book("vm-0", 5))
    done(ann.join("vm-0", heartbeat_minutes=10))
    server.kill()
    age(server, 120)
    server.start()
    assert alice.queue("vm-0") == [ann.email]


def test_a_hold_passes_on_at_its_end_and_not_before(start):
    server = start(inventory([machine(f"vm-{n}") for n in range(10)]), LOADZONE_HOLD_MINUTES="0.02")
    ann, ben = Person(server).sign_in(), Person(server).sign_in()

    def lateness(vm: str) -> float:
        done(ann.join(vm))
        done(ben.join(vm))
        until = moment(listener.wait_for("notification", kind="held", vm_id=vm)["until"])
        listener.wait_for("notification", kind="hold_lapsed", vm_id=vm)
        return (from_now() - until).total_seconds()

    with Listener(ann) as listener:
        assert soonest(lateness(f"vm-{n}") for n in range(10)) < 0.5


def test_a_kill_while_holds_lapse_keeps_the_queue_consistent(start):
    """The server is killed twice while holds of a tenth of a second pass from one person to the next."""
    server = start(inventory([machine("vm")]), LOADZONE_HOLD_MINUTES="0.002")
    people = [Person(server).sign_in() for _ in range(8)]
    alice = Person(server, "alice@example.com").sign_in()
    done(alice.book("vm"))
    for person in people:
        done(person.join("vm"))
    done(alice.cancel("vm"))
    for _ in range(2):
        server.kill()
        stored = server.stored_vm("vm")
        order = [person.email for person in people]
        waiting = [waiter["email"] for waiter in stored["queue"]]
        assert waiting == order[len(order) - len(waiting) :]
        if stored.get("held_for"):
            assert stored["held_for"] == order[-len(waiting) - 1]
        server.start()
    eventually(lambda: alice.vm("vm")["state"] == "free")
    done(alice.book("vm"))
