"""Open a store with gevent's threads, and write to it once a line has come, while another process holds the lock."""

from gevent import monkey

monkey.patch_all()

import sys
from pathlib import Path

import gevent

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from loadzone.database.postgres_log import PostgresLog
from loadzone.domain.records import Vm
from storage import DurableStore
from support.stores import write


def main():
    store = DurableStore(PostgresLog(sys.argv[1]))
    print("open", flush=True)
    sys.stdin.readline()
    writing = gevent.spawn(write, store, Vm("vm"))
    for _ in range(10):
        gevent.sleep(0.05)
    print("the change came too early" if writing.ready() else "ticked", flush=True)
    writing.join()
    assert list(store.snapshot.vms) == ["vm"]
    print("done")
    store.close()


main()
