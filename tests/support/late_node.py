"""Serve LoadZone as a node that applies others' commits late: LATE seconds after it has heard of them.

Requests that must see what it does not know wait BEHIND_AFTER seconds.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app  # noqa: E402
from loadzone.web import read_your_writes  # noqa: E402
from storage import DurableStore  # noqa: E402

catch_up = DurableStore.catch_up


def catch_up_late(store: DurableStore) -> None:
    time.sleep(float(os.environ["LATE"]))
    catch_up(store)


DurableStore.catch_up = catch_up_late
read_your_writes.PATIENCE = float(os.environ.get("BEHIND_AFTER", read_your_writes.PATIENCE))
sys.exit(app.main())
