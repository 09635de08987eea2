"""Fixtures for tests over a store. Those of the store itself run over everything that a store can be kept in."""

from contextlib import ExitStack, closing

import pytest

from loadzone.domain.records import Vm
from storage import DurableStore
from support.durables import JsonKept, JsonKeptInTurn
from support.stores import write
from support.world import unit

KINDS = {"file": JsonKept, "file, rules in turn": JsonKeptInTurn}
OF_THE_STORE = ("test_store.py", "test_store_batches.py")


@pytest.fixture
def place(request, tmp_path):
    """Return where a store can be kept. tests/database has its own."""
    return getattr(request, "param", JsonKept)(tmp_path)


@pytest.fixture
def open_store(place):
    """Return a function that opens the store at that place; `wrap` returns a Durable over the real one."""
    with ExitStack() as opened:

        def open_one(starter=b"{}", wrap=lambda durable: durable, **options):
            return opened.enter_context(closing(DurableStore(wrap(place.durable(starter)), **options)))

        yield open_one


@pytest.fixture
def store(open_store):
    return open_store()


def put(store, *vm_ids, description=""):
    write(store, *(Vm(vm_id, description=description) for vm_id in vm_ids))


def refuse(store):
    """Run a rule that refuses, and names what it has seen."""

    def work(uow):
        raise KeyError(*uow.vms)

    store.do(unit, work)


def in_open_batch(store):
    """Return how many calls wait in the batch that is open, or 0 if none is."""
    batch = store._open
    return 0 if batch is None else len(batch.waiting) or len(batch.touched.vms)
