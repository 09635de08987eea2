"""Queues and holds that somebody wrote into the file by hand load, block nobody, and break nothing."""

from support.answers import done
from support.inventory import from_now, inventory, machine, moment, stamp
from support.people import Person


def test_a_count_at_a_single_machine_is_ignored(start):
    queue = [{"email": "ben@example.com", "count": 3}]
    server = start(
        inventory([machine("free", queue=queue), machine("taken", "ann@example.com", from_now(hours=1), queue=queue)])
    )
    ann = Person(server, "ann@example.com").sign_in()
    assert ann.vm("free")["held_for"] == "ben@example.com"
    assert done(ann.cancel("taken"))["held_for"] == "ben@example.com"
    assert "Traceback" not in server.log


def test_a_person_who_wants_too_many_machines_does_not_block_the_queue(start):
    vms = [machine("one", "ann@example.com", from_now(hours=1)) | {"group": 1}, machine("two") | {"group": 1}]
    queue = [{"email": "ben@example.com", "count": 5}, {"email": "cem@example.com"}]
    server = start(inventory(vms, [{"id": 1, "name": "perf", "vm_ids": ["one", "two", "never-was"], "queue": queue}]))
    ann = Person(server, "ann@example.com").sign_in()
    done(ann.cancel("one"))
    assert "cem@example.com" in {vm["held_for"] for vm in ann.state()["vms"]}
    assert None not in {vm["held_until"] for vm in ann.state()["vms"] if vm["held_for"]}


def test_blank_addresses_are_dropped(start):
    server = start(inventory([machine("vm", queue=["", "  ", {"email": " "}, " Ben@Example.com "])]))
    ben = Person(server, "ben@example.com").sign_in()
    assert (ben.vm("vm")["held_for"], ben.queue("vm")) == ("ben@example.com", [])


def test_the_holder_is_dropped_from_the_machines_queue(start):
    taken = machine("vm", "ann@example.com", from_now(hours=1), queue=["ANN@example.com", "ben@example.com"])
    ann = Person(start(inventory([taken])), "ann@example.com").sign_in()
    assert done(ann.cancel("vm"))["held_for"] == "ben@example.com"


def test_a_hold_beside_a_booking_or_without_an_end_is_dropped(start):
    later = stamp(from_now(minutes=5))
    server = start(
        inventory(
            [
                machine("taken", "ann@example.com", from_now(hours=1), held_for="ben@example.com", held_until=later),
                machine("kept", held_for="ben@example.com"),
                machine("held", held_for="Ben@Example.com", held_until=later),
            ]
        )
    )
    ann = Person(server, "ann@example.com").sign_in()
    assert [(vm["state"], vm["held_for"]) for vm in ann.state()["vms"]] == [
        ("booked", None),
        ("free", None),
        ("held", "ben@example.com"),
    ]


def test_hours_beyond_the_limit_are_reduced_to_it(start):
    queue = [{"email": "ben@example.com", "hours": 1e6, "auto": True}]
    ben = Person(start(inventory([machine("vm", queue=queue)])), "ben@example.com").sign_in()
    booked = ben.vm("vm")
    assert booked["booked_by"] == "ben@example.com"
    assert moment(booked["expires_at"]) <= from_now(hours=24)
