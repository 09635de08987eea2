"""Serve as `python app.py` does, with a clock that can be moved and possibly with a planted fault.

TORTURE_CLOCK names a file that contains how far the clock is ahead, in milliseconds. TORTURE_FAULT names a fault of
planted.py.
"""

from gevent import monkey

monkey.patch_all()

import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import gevent

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import app
from loadzone.lib.times import utc_now
from loadzone.server import logging_setup
from torture import planted

CLOCK_FILE = Path(os.environ["TORTURE_CLOCK"])


def clock() -> datetime:
    """Return the moved time.

    Other greenlets run at each call, even in the middle of a rule: this shows what a lock does not protect.
    """
    gevent.sleep(0)
    return utc_now() + timedelta(milliseconds=int(CLOCK_FILE.read_text()))


def set_every_clock() -> None:
    """Have this process take the moved time for its own, also where no clock is asked for: over a database."""
    for module in list(sys.modules.values()):
        if getattr(module, "utc_now", None) is utc_now and module.__name__ != __name__:
            module.utc_now = clock
    with suppress(ImportError):
        from loadzone.database.database_clock import DatabaseClock

        _, *others = DatabaseClock.__init__.__defaults__
        DatabaseClock.__init__.__defaults__ = (clock, *others)


def main() -> int:
    logging_setup.set_up()
    set_every_clock()
    planted.plant(os.environ.get("TORTURE_FAULT", ""))
    try:
        return app.serve(app.create_app(clock=clock))
    except app.CannotStart as error:
        sys.stderr.write(f"LoadZone cannot start: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
