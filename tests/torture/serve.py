"""The server as `python app.py` serves it, but its clock is ahead by what a file says, and it may have a fault planted.

TORTURE_CLOCK names the file (milliseconds), TORTURE_FAULT the fault (see planted.py).
"""

from gevent import monkey

monkey.patch_all()

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import gevent

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import app
from loadzone.lib.times import utc_now
from loadzone.server import logging_setup
from torture import planted

FILE = Path(os.environ["TORTURE_CLOCK"])


def clock() -> datetime:
    """Others get their turn whenever it is asked, in the middle of a rule too: what must not mix, must be locked."""
    gevent.sleep(0)
    return utc_now() + timedelta(milliseconds=int(FILE.read_text()))


def main() -> int:
    logging_setup.set_up()
    planted.plant(os.environ.get("TORTURE_FAULT", ""))
    try:
        return app.serve(app.create_app(clock=clock))
    except app.CannotStart as error:
        sys.stderr.write(f"LoadZone cannot start: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
