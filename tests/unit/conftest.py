import pytest

from loadzone.rules import groups
from loadzone.rules.booking import book
from support import same_examples  # noqa: F401 (settings of hypothesis)
from support.world import ALICE, CHARLIE, World
from unit.mail_system import mail, mail_at, mail_to_nowhere, scripted, smtp  # noqa: F401 (fixtures)
from unit.stores import KINDS, OF_THE_STORE, open_store, place, store  # noqa: F401 (fixtures)
from unit.timed_system import open_system  # noqa: F401 (fixture)


def pytest_generate_tests(metafunc):
    if "place" in metafunc.fixturenames and metafunc.definition.path.name in OF_THE_STORE:
        metafunc.parametrize("place", KINDS.values(), ids=KINDS.keys(), indirect=True)


@pytest.fixture
def world():
    world = World()
    world.add("vm")
    return world


@pytest.fixture
def taken(world):
    """Return the world after charlie has booked the machine for four hours."""
    world.do(book, actor=CHARLIE, vm_id="vm", hours=4)
    return world


@pytest.fixture
def perf():
    """Return a world with three free machines, a, b and c, in group 1."""
    world = World()
    world.add("a", "b", "c")
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["a", "b", "c"])
    return world


@pytest.fixture
def full(perf):
    """Return the same world, all three booked by charlie: a for one hour, b for two, c for three."""
    for hours, vm_id in enumerate("abc", 1):
        perf.do(book, actor=CHARLIE, vm_id=vm_id, hours=hours)
    return perf
