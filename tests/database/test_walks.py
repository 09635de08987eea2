"""The random walks of tests/unit/test_random_walks.py, over two nodes: after each step both have the same state."""

from random import Random

import psycopg

from database.two_nodes import TwoNodes
from loadzone.rules import groups, people
from storage import DurableStore
from support.postgres_durable import PostgresKept
from support.world import ALICE
from unit import invariants
from unit.test_properties import DORA, AnyOrder
from unit.test_random_walks import CHOICES, STEPS_BY_NAME

WALKS, STEPS = 12, 25


def not_at_all(record):
    """Leave the revision at zero, as it is in the world of the rules' tests; their versions begin there."""


class AnyOrderOnTwoNodes(AnyOrder):
    stores = ()

    def begin(self, most):
        self.most = most
        self.world = TwoNodes(self.stores, max_ahead_hours=48, max_machines=most)
        self.world.do(people.sign_in, email=DORA, session="s")
        self.world.add("a", "b", "c")
        self.world.do(groups.create, actor=ALICE, name="x", vm_ids=["a", "b", "c"])


def test_no_walk_breaks_an_invariant_or_drives_two_nodes_apart(cluster):
    r = Random(1)
    for _ in range(WALKS):
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS loadzone CASCADE")
        place = PostgresKept(cluster.url)
        stores = AnyOrderOnTwoNodes.stores = [DurableStore(place.durable(), shown=not_at_all) for _ in range(2)]
        walk = AnyOrderOnTwoNodes()
        walk.begin(most=r.choice([2, 100]))
        for name in r.choices(CHOICES, k=STEPS):
            getattr(walk, name)(**STEPS_BY_NAME[name](r))
            invariants.check_state(walk.world.state, walk.world.now, walk.most)
        with_all = DurableStore(place.durable())
        assert with_all.snapshot == walk.world.state, "a node that starts now has the same"
        for store in (*stores, with_all):
            store.close()
