"""Short forms for tests of queues: fill them, free machines, read who waits and what is held."""

from loadzone.rules.booking import cancel
from loadzone.rules.queue import join
from support.world import CHARLIE


def queued(world, *people, hours=2, **place):
    """Let these people join a queue, one minute apart."""
    for who in people:
        world.do(join, actor=who, hours=hours, **place)
        world.later(minutes=1)


def free(world, *vm_ids):
    """Let charlie release these machines."""
    for vm_id in vm_ids:
        world.do(cancel, actor=CHARLIE, vm_id=vm_id)


def waiting(place):
    """Return who waits at a machine or group, first to last."""
    return [waiter.email for waiter in place.queue]


def holds(world):
    """Return each held or kept machine with its person, and whether that person can take it now."""
    return {vm.id: (vm.hold.email, vm.hold.until is not None) for vm in world.state.vms.values() if vm.hold}
