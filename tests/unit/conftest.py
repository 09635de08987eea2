import pytest
from hypothesis import settings

from loadzone.rules import groups
from loadzone.rules.booking import book
from support.world import ALICE, CHARLIE, World

# What is found does not depend on how busy the machine is.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")


@pytest.fixture
def world():
    world = World()
    world.add("vm")
    return world


@pytest.fixture
def taken(world):
    """The machine is charlie's for four hours."""
    world.do(book, actor=CHARLIE, vm_id="vm", hours=4)
    return world


@pytest.fixture
def perf():
    """Three free machines, a, b and c, in the group 1."""
    world = World()
    world.add("a", "b", "c")
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["a", "b", "c"])
    return world


@pytest.fixture
def full(perf):
    """The same, all three charlie's: a ends after one hour, b after two, c after three."""
    for hours, vm_id in enumerate("abc", 1):
        perf.do(book, actor=CHARLIE, vm_id=vm_id, hours=hours)
    return perf
