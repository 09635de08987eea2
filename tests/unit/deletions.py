"""Delete and undo in a world, with the letters of both."""

from loadzone.notifications.letters import letters_for
from loadzone.rules.inventory import delete_all
from loadzone.rules.undelete import undelete_group, undelete_vms
from support.world import ALICE


def remove(world, *vm_ids, **more):
    world.do(delete_all, actor=ALICE, vm_ids=vm_ids or ["vm"], force=True, **more)
    post(world)


def back(world, *vm_ids, by=ALICE):
    """Undo the deletion; return what did not come back."""
    answer = world.do(undelete_vms, actor=by, vm_ids=list(vm_ids) or ["vm"])
    post(world)
    assert [vm.id for vm in answer[0]] == list(vm_ids or ["vm"])
    return answer[1]


def group_back(world, group_id=1):
    answer = world.do(undelete_group, actor=ALICE, group_id=group_id)
    post(world)
    return answer


def post(world):
    """Put the letters of the last change into the outbox, as the command bus does."""
    for letter in letters_for(world.events, world.now):
        world.state.letters[letter.id] = letter


def letters(world, to=None):
    """Return what is in the outbox, to this person."""
    return [(one.kind, one.to) for one in world.state.letters.values() if to in (None, one.to)]


def sent(world):
    """Let the mailer have sent all letters, ten seconds later."""
    world.later(seconds=10)
    world.state.letters.clear()
