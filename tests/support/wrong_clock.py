"""Serve LoadZone on a machine whose clock is CLOCK_AHEAD minutes ahead.

All that reads the machine's clock gets the wrong time: this code, the libraries, and the timers.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from datetime import datetime, timedelta, tzinfo  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app  # noqa: E402

AHEAD = timedelta(minutes=float(os.environ["CLOCK_AHEAD"]))
right_time, right_time_ns = time.time, time.time_ns


class Instants(type(datetime)):
    """Takes every instant for one of its own."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


class WrongDatetime(datetime, metaclass=Instants):
    """The class of instants, with the wrong time as the present one."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + AHEAD


def wrong_time() -> float:
    return right_time() + AHEAD.total_seconds()


def wrong_time_ns() -> int:
    return right_time_ns() + int(AHEAD.total_seconds()) * 10**9


def make_wrong(module: object, name: str, right: object, wrong: object) -> None:
    if getattr(module, name, None) is right:
        setattr(module, name, wrong)


for module_name, module in list(sys.modules.items()):  # many have taken these functions by name
    make_wrong(module, "time", right_time, wrong_time)
    make_wrong(module, "time_ns", right_time_ns, wrong_time_ns)
    if module_name.split(".")[0] in ("scheduler", "apscheduler"):
        make_wrong(module, "datetime", datetime, WrongDatetime)

sys.exit(app.main())
