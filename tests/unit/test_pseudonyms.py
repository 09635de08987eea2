"""Removing a person with a pseudonym: it stands wherever the state names them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace

import pytest

from loadzone.domain.history_line import WAS
from loadzone.domain.people import Letter
from loadzone.rules import booking, groups, hand_over, inventory, invitations, people, queue
from support.world import ALICE, BOB, CHARLIE, World

NAME = "person-7f3a91c2"


def texts_in(value):
    """Yield every text in a record, with all that it holds."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        yield from (text for field in fields(value) for text in texts_in(getattr(value, field.name)))
    elif isinstance(value, Mapping):
        yield from (text for pair in value.items() for part in pair for text in texts_in(part))
    elif isinstance(value, (list, tuple)):
        yield from (text for one in value for text in texts_in(one))


def naming_bob(state):
    """Return the texts of the state that name Bob, except what tells the history's database of it."""
    lines = {number: replace(line, rest={}) for number, line in state.history.items()}
    return {text for text in texts_in(replace(state, history=lines, tallies=None)) if "bob" in text.lower()}


@pytest.fixture
def world():
    """A world in which Bob has done all that leaves a trace, before another admin removes him."""
    world = World(admins=(ALICE, BOB))
    world.add("a", "b", "c", "d")
    world.do(booking.book, actor=BOB, vm_id="a", hours=1, note="for Bob and charlie")
    world.do(hand_over.hand_over, actor=BOB, vm_id="a", email=CHARLIE)
    world.do(booking.book, actor=CHARLIE, vm_id="b", hours=1, note="as bob@example.com asked")
    world.do(queue.join, actor=BOB, hours=1, vm_id="b")
    world.do(booking.book, actor=BOB, vm_id="c", hours=1)
    world.do(booking.cancel, actor=ALICE, vm_id="c", reason="Bob is on holiday")
    world.do(inventory.edit, actor=BOB, vm_id="d", maintenance="bob mends it")
    world.do(inventory.edit, actor=BOB, vm_id="d", description="bob's")
    world.do(invitations.invite, actor=BOB, emails=["new@example.com"])
    group = world.do(groups.create, actor=BOB, name="two", vm_ids=[])
    world.do(groups.delete, actor=BOB, group_id=group.id)
    world.add("e")
    world.do(booking.book, actor=BOB, vm_id="e", hours=1, note="bob")
    world.do(inventory.delete, actor=BOB, vm_id="e", force=True)
    world.state.letters["l"] = Letter("l", CHARLIE, "received", world.now, {"vm_id": "a", "by": BOB, "note": "bob"})
    world.do(booking.book, actor=BOB, vm_id="c", hours=1)
    return world


def test_nothing_but_the_description_of_a_machine_names_them_afterwards(world):
    world.do(people.remove, actor=ALICE, email=BOB, pseudonym=NAME)
    changed = {text for text in naming_bob(world.state) if "bob's" not in text}
    assert changed == set()
    assert world.state.vms["d"].maintenance == f"{NAME} mends it"
    assert world.state.vms["b"].booking.note == f"as {NAME} asked"
    assert world.state.users[CHARLIE].bookings[0].person == NAME
    assert world.state.users["new@example.com"].invited_by == NAME
    assert world.state.letters["l"].about == {"vm_id": "a", "by": NAME, "note": NAME}
    assert world.state.deleted["e"].by == NAME


def test_the_line_of_the_removal_takes_the_address_along(world):
    world.do(people.remove, actor=ALICE, email=BOB, pseudonym=NAME)
    [line] = [line for line in world.state.history.values() if line.rest]
    assert (line.action, line.actor, line.email, dict(line.rest)) == ("user_removed", ALICE, NAME, {WAS: BOB})


def test_without_one_the_name_stays(world):
    before = {vm.id: vm.maintenance for vm in world.state.vms.values()}
    world.do(people.remove, actor=ALICE, email=BOB)
    assert {vm.id: vm.maintenance for vm in world.state.vms.values()} == before
    assert BOB in naming_bob(world.state)
    assert not any(line.rest for line in world.state.history.values())


def test_what_does_not_name_them_is_not_written(world):
    world.do(people.remove, actor=ALICE, email=BOB)
    world.do(people.sign_in, email=BOB, session="again")
    before = world.state.copy()
    world.do(people.remove, actor=ALICE, email="new@example.com", pseudonym=NAME)
    assert all(world.state.vms[name] is vm for name, vm in before.vms.items())
    assert all(world.state.users[email] is user for email, user in before.users.items() if email != "new@example.com")


def test_who_comes_again_is_named_again_and_gets_the_same_pseudonym_when_removed(world):
    world.do(people.remove, actor=ALICE, email=BOB, pseudonym=NAME)
    world.do(people.sign_in, email=BOB, session="again")
    world.do(booking.book, actor=BOB, vm_id="c", hours=1)
    assert BOB in naming_bob(world.state)
    world.do(people.remove, actor=ALICE, email=BOB, pseudonym=NAME)
    assert {text for text in naming_bob(world.state) if "bob's" not in text} == set()
