"""The work of a rule grows with the machines, places and people that it concerns, times a logarithm, and no faster."""

import inspect
import math
import pkgutil
from importlib import import_module

import pytest

import loadzone.rules
from loadzone.domain.links import LinkTarget, mark_of
from loadzone.rules import (
    beginning,
    booking,
    by_link,
    deletions,
    expiry,
    groups,
    hand_over,
    history,
    importing,
    inventory,
    invitations,
    outbox,
    people,
    queue,
    sessions,
    tokens,
    undelete,
)
from loadzone.rules.importing import Fields, Wanted
from support.work import lines_run
from support.world import ALICE, BOB, NOON
from unit.crowd import GROUP, Crowd

SMALL, LARGE = 400, 2_000
MOST = 1.1 * LARGE * math.log(LARGE) / (SMALL * math.log(SMALL))  # a tenth is left for what is uneven

BOBS_HALF = {"booked": 0.5, "by": BOB}
BOBS_ALL = {"by": BOB}
OTHERS_ALL = {"places": 0.1}
OTHERS_WAIT = {"places": 0.3, "own_queues": True}
ENDED = {"places": 0.3, "own_queues": True, "hours": 0, "by": BOB}
HELD = {"booked": 0.2, "held": 0.5, "places": 0.9, "own_queues": True}
FREE = {"booked": 0}


def several(crowd):
    return {"actor": BOB, "vm_ids": crowd.names}


def moved(crowd):
    """Return a plan that adds machines in new groups, and moves others and takes them out of service."""
    fields = Fields(group="Other", maintenance="fan", tags=("new",))
    old = [Wanted(name, fields) for name in crowd.names[::3]]
    new = [Wanted(f"new-{n}", Fields(group=f"group {n // 3}")) for n in range(crowd.size)]
    return {"actor": ALICE, "plan": importing.plan(crowd.state, (), [*old, *new], prune=False)}


def pruned(crowd):
    return {"actor": ALICE, "plan": importing.plan(crowd.state, (), [], prune=True)}


def link(action):
    """Return the link of a letter about all that Bob has, or that is held for the person of the first hold."""

    def arguments(crowd):
        vms = crowd.state.vms.values()
        if action in ("renew", "release"):
            marks = [mark_of(vm.id, vm.booking.booked_at, vm.booking.expires_at) for vm in vms if vm.holder == BOB]
            return {"target": LinkTarget(action, BOB, frozenset(marks))}
        holds = [(vm.id, vm.hold) for vm in vms if vm.hold and vm.hold.until]
        marks = [mark_of(vm_id, hold.since, hold.until) for vm_id, hold in holds]
        return {"target": LinkTarget(action, holds[0][1].email, frozenset(marks))}

    return arguments


def by(actor, **arguments):
    return lambda crowd: {"actor": actor, **arguments}


def any_of(share):
    def arguments(crowd):
        return {"actor": BOB, "group_id": GROUP, "hours": 1, "count": int(crowd.size * share), "tags": ("linux",)}

    return arguments


def half_and_one_more(crowd):
    return {"actor": BOB, "group_id": GROUP, "hours": 1, "count": crowd.size // 2 - 1}


# The rule, the world in which it has most to do (numbers are shares of the machines), and its arguments.
CASES = [
    (booking.book, HELD, lambda crowd: {"actor": ALICE, "vm_id": crowd.held, "hours": 1, "force": True}),
    (booking.book_all, FREE, lambda crowd: {**several(crowd), "hours": 1}),
    (booking.book_all, FREE, lambda crowd: {**several(crowd), "actor": ALICE, "hours": 1, "email": BOB}),
    (booking.book_any, {"hours": 0, "by": BOB}, any_of(0.5)),
    (booking.book_any, FREE, any_of(1)),
    (booking.renew_all, BOBS_ALL, lambda crowd: {**several(crowd), "hours": 1}),
    (booking.renew_all, {**OTHERS_WAIT, "by": BOB}, lambda crowd: {**several(crowd), "actor": ALICE, "hours": 1}),
    (booking.cancel_all, {**OTHERS_WAIT, "by": BOB}, several),
    (booking.cancel_all, OTHERS_WAIT, lambda crowd: {**several(crowd), "actor": ALICE}),
    (hand_over.hand_over_all, {**OTHERS_WAIT, "by": BOB}, lambda crowd: {**several(crowd), "email": ALICE}),
    (booking.change_note, BOBS_ALL, by(ALICE, vm_id="vm-0", note="x")),
    (booking.beat, {**OTHERS_WAIT, "by": BOB}, several),
    (queue.join, BOBS_HALF, half_and_one_more),
    (queue.join, OTHERS_WAIT, half_and_one_more),
    (queue.join, FREE, half_and_one_more),
    (queue.leave, OTHERS_WAIT, by(ALICE, group_id=GROUP, email="w0@example.com")),
    (queue.leave, HELD, lambda crowd: {"actor": ALICE, "group_id": GROUP, "email": crowd.holds_and_waits}),
    (queue.forget_silent, {**OTHERS_WAIT, "beats": 0.01}, lambda crowd: {}),
    (groups.create, OTHERS_WAIT, lambda crowd: {"actor": ALICE, "name": "New", "vm_ids": crowd.names}),
    (groups.edit, HELD, by(ALICE, group_id=GROUP, name="New")),
    (groups.add_vms, HELD, lambda crowd: {"actor": ALICE, "group_id": 2, "vm_ids": crowd.names}),
    (groups.remove_vm, HELD, by(ALICE, vm_id="vm-0")),
    (groups.delete, HELD, by(ALICE, group_id=GROUP)),
    (inventory.add, OTHERS_WAIT, by(ALICE, vm_id="new", group_id=GROUP)),
    (inventory.edit, HELD, lambda crowd: {"actor": ALICE, "vm_id": crowd.held, "maintenance": "fan"}),
    (inventory.edit, HELD, lambda crowd: {"actor": ALICE, "vm_id": crowd.held, "name": "new"}),
    (inventory.edit_all, HELD, lambda crowd: {**several(crowd), "actor": ALICE, "maintenance": "fan", "group_id": 2}),
    (inventory.delete, HELD, by(ALICE, vm_id="vm-0", force=True)),
    (inventory.delete_all, HELD, lambda crowd: {**several(crowd), "actor": ALICE, "force": True}),
    (undelete.undelete_vms, {**HELD, "deleted": 0.9}, lambda crowd: {"actor": ALICE, "vm_ids": crowd.names}),
    (undelete.undelete_vms, {**OTHERS_WAIT, "deleted": 1}, lambda crowd: {"actor": ALICE, "vm_ids": crowd.names}),
    (undelete.undelete_group, {**HELD, "deleted": "group"}, by(ALICE, group_id=GROUP)),
    (deletions.forget_old, {"deleted": 1, "deleted_minutes": 10}, lambda crowd: {}),
    (importing.carry_out, HELD, moved),
    (importing.carry_out, FREE, pruned),
    (people.sign_in, OTHERS_WAIT, lambda crowd: {"email": BOB, "session": "another"}),
    (
        invitations.invite,
        OTHERS_WAIT,
        lambda crowd: {"actor": ALICE, "emails": [f"{name}@x.org" for name in crowd.names]},
    ),
    (sessions.keep, OTHERS_WAIT, by(BOB, name="s")),
    (sessions.sign_out, OTHERS_WAIT, by(BOB, name=None)),
    (sessions.sign_out_others, OTHERS_WAIT, by(BOB, name="other")),
    (sessions.end, OTHERS_WAIT, by(BOB, session_id="s")),
    (sessions.end_trusted, OTHERS_WAIT, lambda crowd: {}),
    (sessions.cut_expired, OTHERS_WAIT, lambda crowd: {"since": NOON}),
    (people.end_disallowed, {**OTHERS_WAIT, "domains": ("example.org",)}, lambda crowd: {}),
    (people.choose, OTHERS_WAIT, by(BOB, language="ru", letters={"held": False}, zone="Europe/Berlin")),
    (people.unsubscribe, OTHERS_WAIT, lambda crowd: {"email": BOB, "kind": "held"}),
    (people.subscribe, OTHERS_WAIT, lambda crowd: {"email": BOB, "kind": "held"}),
    (people.set_role, OTHERS_WAIT, by(ALICE, email=BOB, role="admin")),
    (people.remove, {**OTHERS_WAIT, "by": BOB}, by(ALICE, email=BOB)),
    (tokens.create, OTHERS_WAIT, by(BOB, token_id="t2", name="another", digest="d", days=1)),
    (tokens.revoke, OTHERS_WAIT, by(ALICE, token_id="t")),
    (tokens.use, OTHERS_WAIT, by(BOB, token_id="t")),
    (tokens.cut_expired, OTHERS_WAIT, lambda crowd: {"since": NOON}),
    (tokens.remind, OTHERS_WAIT, lambda crowd: {}),
    (tokens.note_expired, OTHERS_WAIT, lambda crowd: {}),
    (by_link.follow, BOBS_ALL, link("renew")),
    (by_link.follow, {**OTHERS_WAIT, "by": BOB}, link("release")),
    (by_link.follow, {**HELD, "booked": 0}, link("take")),
    (by_link.follow, {**HELD, "booked": 0}, link("pass")),
    (expiry.settle, ENDED, lambda crowd: {"vm_ids": crowd.names}),
    (expiry.settle, {**HELD, "hold_minutes": 0}, lambda crowd: {"vm_ids": crowd.names}),
    (expiry.set_right, OTHERS_WAIT, lambda crowd: {}),
    (expiry.set_right, {**OTHERS_WAIT, "booked": 0.1}, lambda crowd: {}),
    (expiry.listen_again, OTHERS_WAIT, lambda crowd: {}),
    (history.clean_up, BOBS_ALL, lambda crowd: {}),
    (beginning.begin, BOBS_ALL, lambda crowd: {}),
    (outbox.clear, OTHERS_WAIT, lambda crowd: {"letter_ids": crowd.names}),
]


def name_of(case):
    rule, world, _ = case
    return f"{getattr(rule, '__qualname__', '')}-{'-'.join(world)}"


@pytest.mark.parametrize(("rule", "world", "arguments"), CASES, ids=map(name_of, CASES))
def test_work_grows_no_faster_than_what_it_concerns(rule, world, arguments):
    small, large = (work(rule, Crowd(size, **world), arguments) for size in (SMALL, LARGE))
    assert large < MOST * small + 1000


def work(rule, crowd, arguments):
    given = arguments(crowd)
    return lines_run(lambda: crowd.run(rule, **given))


def test_every_rule_that_changes_something_is_measured():
    measured = {inspect.unwrap(rule) for rule, _, _ in CASES}
    steps = {booking.renew, booking.cancel, hand_over.hand_over, by_link.attempt}  # of `renew_all` and its like
    measured |= steps
    assert rules_of_the_bus() - measured == set()


def rules_of_the_bus():
    """Return the public functions of rules/ that take a unit of work first, except the steps that rules are made of."""
    steps = {
        "access",
        "acts",
        "bulk",
        "endings",
        "finish",
        "group_serving",
        "lease",
        "moving",
        "own_booking",
        "person_limits",
        "pseudonyms",
        "renaming",
        "seen",
        "serving",
        "turns",
    }
    inner = {
        deletions.keep_vms,
        deletions.keep_group,
        deletions.kept_vms,
        deletions.kept_group,
        deletions.rename,
        deletions.gone_since,
        deletions.queues_of,
        deletions.keep_places,
        groups.move,
        groups.put,
        groups.tell_move,
        groups.create_all,
        outbox.rename,
        inventory.edit_each,
        inventory.add_all,
        history.note,
        history.rename,
        history.write,
        people.known,
        outbox.take_back,
        queue.leave_all,
        queue.dissolve,
        queue.drop_unservable,
    }
    modules = [import_module(f"loadzone.rules.{found.name}") for found in pkgutil.iter_modules(loadzone.rules.__path__)]
    functions = [
        function
        for module in modules
        if module.__name__.rpartition(".")[2] not in steps
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not function.__name__.startswith("_")
    ]
    return {
        function for function in functions if next(iter(inspect.signature(function).parameters), "") == "uow"
    } - inner
