"""One person may have so many machines at a time (LOADZONE_MAX_MACHINES)."""

import pytest

from support.answers import done, refusal
from support.inventory import inventory, machine
from support.people import Person


@pytest.fixture
def bob(start):
    server = start(inventory([machine(vm_id) for vm_id in "abc"]), LOADZONE_MAX_MACHINES="2")
    return Person(server, "bob@example.com").sign_in()


def test_one_more_is_refused_with_the_numbers_and_a_sentence(bob):
    done(bob.post("/book", {"vm_ids": ["a", "b"], "hours": 1}))
    answer = bob.book("c")
    assert refusal(answer) == (409, "over_limit")
    body = answer.json()
    assert {name: body[name] for name in ("limit", "max", "used", "left")} == {
        "limit": "max_machines",
        "max": 2,
        "used": 2,
        "left": 0,
    }
    assert body["error"] == "You can have at most 2 machines at a time, and you have 2 now. Release one first."


def test_all_of_a_call_are_refused_or_none(bob):
    answer = bob.post("/book", {"vm_ids": ["a", "b", "c"], "hours": 1})
    assert refusal(answer) == (409, "over_limit")
    assert answer.json()["error"] == "You can have at most 2 machines at a time. You have 0 now and can book 2 more."
    assert {bob.vm(vm_id)["state"] for vm_id in "abc"} == {"free"}
