import pytest

from support.world import World


@pytest.fixture
def world():
    world = World()
    world.add("vm")
    return world
