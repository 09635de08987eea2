"""The sizes that the description promises fit: 5,000 machines in one request, with the longest names in any script."""

import json
import select
from contextlib import ExitStack

import pytest

from loadzone.config import BODY_AT_MOST, PEOPLES_BODY_AT_MOST, STRANGERS_BODY_AT_MOST
from loadzone.schemas.field_types import VM_ID_MAX, VMS_MOST
from loadzone.schemas.validation import VALUES_AT_MOST
from loadzone.server.large_bodies import LARGE_BODIES_AT_ONCE
from support.answers import done, refusal
from support.inventory import inventory, machine
from support.people import Person
from support.wire import HOST, RawConnection

# JSON escapes such a letter, which is outside the first plane of Unicode, to twelve bytes.
LETTER = "\U00010330"
NAMES = [f"{number:04}".rjust(VM_ID_MAX, LETTER) for number in range(VMS_MOST)]
TIME = "2026-11-24T12:00:00.123456+00:00"
# Values of the fields beside lists of machines.
TEXT = "x" * 200
SCALARS = {"hours": 1, "name": "Perf", "reason": TEXT, "note": TEXT, "maintenance": TEXT, "email": "carol@example.com"}


def calls_with_lists(description: dict) -> dict[str, dict]:
    """Return the properties of the body of each call that takes a list of machines."""
    bodies = {}
    for path, methods in description["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        properties = description["components"]["schemas"].get(reference.rpartition("/")[2], {}).get("properties", {})
        if "vm_ids" in properties:
            bodies[path] = properties
    return bodies


def largest_body(properties: dict, names: list[str] = NAMES) -> dict:
    """Return a body with 5,000 machines in each field that takes so many."""
    by_machine = {"ends": TIME, "bookings": TIME, "versions": 2**53}
    body = {"vm_ids": names, **{name: value for name, value in SCALARS.items() if name in properties}}
    return body | {name: dict.fromkeys(names, value) for name, value in by_machine.items() if name in properties}


@pytest.fixture
def calls(alice):
    return calls_with_lists(done(alice.get("/openapi.json")))


def test_each_call_that_takes_a_list_takes_as_many_as_promised(alice, calls):
    assert {"/book", "/renew", "/cancel", "/heartbeat", "/delete-vm", "/groups"} <= set(calls)
    for path, properties in calls.items():
        content = json.dumps(largest_body(properties))
        assert len(content) < BODY_AT_MOST
        answer = alice.post_raw(path.replace("{group_id}", "1"), content)
        assert refusal(answer) in [(404, "no_such_vm"), (404, "no_such_group"), (404, "not_deleted")], path


# The calls with lists of people who are not admins.
PEOPLES_CALLS = {"/book", "/renew", "/cancel", "/heartbeat", "/hand-over"}


def test_a_person_may_name_5000_machines_and_their_ends_in_cyrillic(bob, calls):
    names = [f"{number:04}".rjust(VM_ID_MAX, "ж") for number in range(VMS_MOST)]
    for path in PEOPLES_CALLS:
        answer = bob.post_raw(path, json.dumps(largest_body(calls[path], names)))
        assert refusal(answer) == (404, "no_such_vm"), path


def test_the_refusal_says_how_much_this_caller_may_send(alice, bob):
    for person, most in ((alice, BODY_AT_MOST), (bob, PEOPLES_BODY_AT_MOST)):
        allowed = person.post_raw("/heartbeat", b'{"vm_ids": ["x"]}'.ljust(most))
        assert refusal(allowed) == (404, "no_such_vm")
        answer = person.post_raw("/heartbeat", b" " * (most + 1))
        assert (refusal(answer), answer.json()["max"]) == ((413, "too_large"), most)
        chunks = (b" " * 2**20 for _ in range(most // 2**20 + 1))
        assert refusal(person.post_raw("/heartbeat", chunks)) == (413, "too_large")


def test_5000_machines_with_the_longest_names_are_taken_out_of_service_and_deleted(start):
    server = start(inventory([machine(name) for name in NAMES]))
    alice = Person(server, "alice@example.com").sign_in()
    versions = {vm["id"]: vm["version"] for vm in alice.state()["vms"]}
    edit = {"vm_ids": NAMES, "maintenance": "new racks", "versions": versions}
    assert alice.post_raw("/edit-vm", json.dumps(edit)).status_code == 200
    vms = alice.state()["vms"]
    assert {vm["state"] for vm in vms} == {"maintenance"}
    versions = {vm["id"]: vm["version"] for vm in vms}
    assert alice.post_raw("/delete-vm", json.dumps({"vm_ids": NAMES, "versions": versions})).status_code == 200
    assert alice.state()["vms"] == []


def test_a_stranger_may_send_less(charlie):
    answer = charlie.post_raw("/auth", json.dumps({"email": "x" * STRANGERS_BODY_AT_MOST}))
    assert (refusal(answer), answer.json()["max"]) == ((413, "too_large"), STRANGERS_BODY_AT_MOST)
    chunks = (b" " * 10_000 for _ in range(7))
    assert refusal(charlie.post_raw("/auth", chunks)) == (413, "too_large")


@pytest.mark.parametrize("cookie", ["session=x", "__Host-session=x"])
def test_a_forged_cookie_is_a_strangers(charlie, cookie):
    headers = {"Content-Type": "application/json", "Cookie": cookie}
    answer = charlie.request("POST", "/book", data=b" " * (STRANGERS_BODY_AT_MOST + 1), headers=headers)
    assert refusal(answer) == (413, "too_large")


@pytest.mark.parametrize("value", ["[]", "{}", "0", '{"a":0}'])
def test_a_body_that_would_take_long_to_read_is_refused(bob, value):
    content = f'{{"vm_ids":[{",".join([value] * VALUES_AT_MOST)},0]}}'
    answer = bob.post_raw("/heartbeat", content)
    assert (refusal(answer), answer.json()["reason"]) == ((400, "bad_input"), "too_many_values")


def test_numbers_that_would_take_long_to_read_are_refused(bob):
    content = f'{{"vm_ids":[{",".join(["9" * 4000] * 1000)}]}}'
    answer = bob.post_raw("/heartbeat", content)
    assert (refusal(answer), answer.json()["reason"]) == ((400, "bad_input"), "json")


def head(person: Person, length: int, *more: str) -> bytes:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)
    lines = [f"Cookie: {cookies}", "Content-Type: application/json", f"Content-Length: {length}", *more, "", ""]
    return b"POST /heartbeat HTTP/1.1\r\n" + HOST + "\r\n".join(lines).encode()


BODY = json.dumps({"vm_ids": ["x" * 100] * 1000}).encode()


def test_only_a_few_large_bodies_are_read_at_the_same_time(bob):
    with ExitStack() as stack:
        people = [Person(bob.server).sign_in() for _ in range(LARGE_BODIES_AT_ONCE)]
        slow = [stack.enter_context(RawConnection(bob.server)) for _ in people]
        for person, connection in zip(people, slow, strict=True):
            connection.send(head(person, len(BODY)), BODY[:-1])
        assert done(bob.get("/me"))["authenticated"], "others are served"
        waiting = stack.enter_context(RawConnection(bob.server))
        waiting.send(head(bob, len(BODY), "Expect: 100-continue"))
        for _ in range(3):
            assert done(bob.get("/me"))["authenticated"]
        assert select.select([waiting.socket], [], [], 0)[0] == []
        in_chunks = (b'{"vm_ids": ', b'["x"]}')
        assert refusal(bob.post_raw("/heartbeat", iter(in_chunks)))[0] == 404, "small ones do not wait"
        slow[0].send(BODY[-1:])
        assert slow[0].until(b"\r\n").startswith(b"HTTP/1.1 404 ")
        assert waiting.until(b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
        assert waiting.send(BODY).until(b"\r\n").startswith(b"HTTP/1.1 404 ")


def test_a_person_who_never_sends_their_bodies_whole_delays_nobody_else(bob, newcomer):
    with ExitStack() as stack:
        for _ in range(2 * LARGE_BODIES_AT_ONCE):
            stack.enter_context(RawConnection(bob.server)).send(head(bob, len(BODY)), BODY[:1])
        waiting = stack.enter_context(RawConnection(bob.server))
        waiting.send(head(bob, len(BODY), "Expect: 100-continue"))
        in_chunks = (BODY[start : start + 10_000] for start in range(0, len(BODY), 10_000))
        for body in (BODY, in_chunks):
            assert refusal(newcomer.post_raw("/heartbeat", body)) == (404, "no_such_vm")
        assert select.select([waiting.socket], [], [], 0)[0] == [], "their own bodies come one after the other"
