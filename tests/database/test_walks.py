"""The rules in random order, as in tests/unit, over two nodes: after each step both have the same state."""

from random import Random

import psycopg
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import initialize

from database.two_nodes import TwoNodes
from loadzone.rules import groups, people
from storage import DurableStore
from support.postgres_durable import PostgresKept
from support.world import ALICE
from unit import invariants, joined_lines
from unit.test_properties import DORA, PHASES, AnyOrder
from unit.test_random_walks import CHOICES, STEPS_BY_NAME

WALKS, STEPS = 8, 25


def not_at_all(record):
    """Leave the revision at zero, as it is in the world of the rules' tests; their versions begin there."""


class AnyOrderOnTwoNodes(AnyOrder):
    cluster = None  # set by the fixture below
    stores = ()

    @initialize(most=st.sampled_from([2, 100]))
    def begin(self, most):
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS loadzone CASCADE")
        self.kept_in = PostgresKept(self.cluster.url)
        self.stores = [DurableStore(self.kept_in.durable(), shown=not_at_all) for _ in range(2)]
        self.most = most
        self.world = TwoNodes(self.stores, max_ahead_hours=48, max_machines=most)
        self.follow_lines()
        self.world.do(people.sign_in, email=DORA, session="s")
        self.world.add("a", "b", "c")
        self.world.do(groups.create, actor=ALICE, name="x", vm_ids=["a", "b", "c"])

    def teardown(self):
        """Compare with a node that starts now."""
        if self.stores:
            self.stores.append(DurableStore(self.kept_in.durable()))
            assert self.stores[-1].snapshot == self.world.state
        for store in self.stores:
            store.close()


@pytest.fixture(autouse=True, scope="module")
def running_for_walks(cluster):
    AnyOrderOnTwoNodes.cluster = cluster


def test_no_walk_breaks_an_invariant_or_drives_two_nodes_apart():
    r = Random(1)
    for _ in range(WALKS):
        walk = AnyOrderOnTwoNodes()
        walk.begin(most=r.choice([2, 100]))
        for name in r.choices(CHOICES, k=STEPS):
            getattr(walk, name)(**STEPS_BY_NAME[name](r))
            invariants.check_state(walk.world.state, walk.world.now, walk.most)
            joined_lines.check(walk.joined, walk.world.state)
        walk.teardown()


AnyOrderOnTwoNodes.TestCase.settings = settings(max_examples=10, stateful_step_count=25, phases=PHASES)
TestAnyOrderOnTwoNodes = AnyOrderOnTwoNodes.TestCase
