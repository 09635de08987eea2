"""A process killed at any step of moving lines of the history: each act is there once, and what never was is not."""

import pytest
import requests

from support.inventory import inventory, machine
from support.kept_history import acts, kept, waiting
from support.people import Person
from support.server import Server, data_file
from support.waiting import eventually

DIES = "tests/support/dies_while_moving.py"
MACHINES = [f"vm-{number}" for number in range(400)]
STEPS = ["before", "within", "after", "leaving", "left"]


@pytest.fixture
def data(tmp_path):
    return data_file(tmp_path, inventory([machine(vm_id) for vm_id in MACHINES]))


def booked_until_it_dies(server):
    """Book one machine after the other; return those whose booking was answered, and the one that was asked for."""
    person = Person(server, "bob@example.com").sign_in()
    answered = []
    for vm_id in MACHINES:
        try:
            assert person.book(vm_id).ok
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return answered, vm_id
        answered.append(vm_id)
    raise AssertionError("it did not die")


@pytest.mark.parametrize("step", STEPS)
def test_each_act_is_kept_once_wherever_the_process_is_killed(data, step):
    dying = Server(data, program=DIES, DIES_AT=step)
    try:
        answered, asked_for = booked_until_it_dies(dying.start())
    finally:
        dying.kill()
    server = Server(data)
    try:
        person = Person(server.start(), "bob@example.com").sign_in()
        assert person.book("vm-399").ok
        eventually(lambda: "vm-399" in acts(kept(server), "booked"))
        booked = [vm["id"] for vm in server.stored()["vms"] if vm["booked_by"]]
        assert acts(kept(server), "booked") == booked
        assert set(answered) | {"vm-399"} <= set(booked) <= {*answered, asked_for, "vm-399"}
        assert person.cancel("vm-399").ok
        eventually(lambda: "vm-399" in acts(kept(server), "released"))
        assert person.book("vm-398").ok  # with its commit all leave that were known to be moved by then
        assert acts(waiting(server), "booked") == ["vm-398"]
    finally:
        server.end()
