"""What a rule writes into the history, in a small world: machines a and b in the group Perf, and c in none."""

import re
from dataclasses import replace

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.rules import booking, groups, inventory, people, queue, tokens
from support.world import ALICE, BOB, CHARLIE, NOON, World

# Things to do first: a rule or a function of the world, with its arguments.


def booked(who=BOB, vm_id="a", **more):
    return (booking.book, {"actor": who, "vm_id": vm_id, "hours": 1, **more})


def waits(who=BOB, **more):
    return (queue.join, {"actor": who, "hours": 2, **more})


def deleted(*vm_ids):
    return (inventory.delete_all, {"actor": ALICE, "vm_ids": vm_ids, "force": True})


def later(**amount):
    return (World.later, amount)


def settings(**changes):
    return (change_limits, changes)


def change_limits(world, **changes):
    world.limits = replace(world.limits, **changes)


def without_end(world):
    """Let the booking of the machine have no end, as a file of the original system may have it."""
    vm = world.vm("a")
    world.state.vms["a"] = replace(vm, booking=replace(vm.booking, expires_at=None))


TOKEN = (tokens.create, {"actor": BOB, "token_id": "t", "name": "ci", "digest": "d", "days": 1})
SECOND = (people.sign_in, {"email": BOB, "session": "second"})
TAKEN = [booked(CHARLIE)]
HELD = [waits(vm_id="a")]


def link(action):
    """Return the link of a letter to Bob, about what he has or what is held for him."""

    def target(state):
        vm = state.vms["a"]
        times = (vm.hold.since, vm.hold.until) if vm.hold else (vm.booking.booked_at, vm.booking.expires_at)
        return LinkTarget(action, BOB, frozenset([mark_of("a", *times)]))

    return target


def lines_of(rule, before, arguments):
    """Return the lines that the rule writes after these steps, as texts. An argument may be made of the state."""
    world = _world_after(before)
    given = {name: value(world.state) if callable(value) else value for name, value in arguments.items()}
    world.do(rule, **given)
    return [shown(line) for line in world.lines]


def _world_after(steps):
    world = World(max_machines=100)
    world.add("a", "b", "c")
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["a", "b"])
    world.later(minutes=1)
    for rule, arguments in steps:
        if rule in (World.later, change_limits, without_end):
            rule(world, **arguments)
        else:
            world.do(rule, **arguments)
    world.later(minutes=1)
    return world


def shown(line):
    """Return what a line says: the act, machine/group, then who did it and whom it concerns, when, and the rest."""
    place = "/".join(filter(None, [line.vm_id or "-", line.group])) if line.vm_id or line.group else ""
    rest = {
        "by": line.actor,
        "of": line.email,
        "from": line.booking,
        "to": line.until,
        "hours": line.hours,
        "reason": line.reason,
        "changed": line.changed,
    }
    texts = (f"{name}={_short(value)}" for name, value in rest.items() if value not in (None, "", {}))
    return " ".join([line.action, *filter(None, [place]), *texts])


def _short(value):
    """Return a person without the domain, a time as the hour, and changes without quotes."""
    if hasattr(value, "strftime"):
        return value.strftime("%H:%M") if value.date() == NOON.date() else value.strftime("%d %H:%M")
    if isinstance(value, dict):
        return ",".join(f"{name}:{_short(old)}->{_short(new)}" for name, (old, new) in value.items())
    return re.sub(r"@example\.com|2026-11-24T|:00Z$", "", str(value))
