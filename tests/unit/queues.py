"""What happens in queues, in a world in memory, and how it looks afterwards."""

from loadzone.rules.booking import cancel
from loadzone.rules.queue import join
from support.world import CHARLIE


def queued(world, *people, hours=2, **place):
    """They join one after the other, a minute between them."""
    for who in people:
        world.do(join, actor=who, hours=hours, **place)
        world.later(minutes=1)


def free(world, *vm_ids):
    """charlie releases them."""
    for vm_id in vm_ids:
        world.do(cancel, actor=CHARLIE, vm_id=vm_id)


def waiting(place):
    return [waiter.email for waiter in place.queue]


def holds(world):
    """The machines that are held or kept: for whom, and whether they can be taken."""
    return {vm.id: (vm.hold.email, vm.hold.until is not None) for vm in world.state.vms.values() if vm.hold}
