"""Nothing that lasts a while is measured by the wall clock, which may be set."""

import ast
import time

from engineio import base_socket, socket

from app import create_app
from loadzone.config import Config
from loadzone.lib.times import steady_seconds
from support.server import ROOT

# Where the wall clock is read: the clock that is given to all others, what APScheduler is told, and "until 18:00".
READERS = {"loadzone/lib/times.py": 1, "scheduler.py": 1, "cli/loadzone_cli/argument_types.py": 1}
WALL_CLOCK = ("time.time", "time_ns", "datetime.now", "datetime.utcnow", "datetime.today")


def readings(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return sum(ast.unparse(call.func).endswith(WALL_CLOCK) for call in calls)


def test_the_wall_clock_is_read_in_few_places():
    paths = [*ROOT.glob("*.py"), *(ROOT / "loadzone").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]
    found = {str(path.relative_to(ROOT)): readings(path) for path in paths if readings(path)}
    assert found == READERS


def test_apscheduler_measures_no_interval():
    """Its own interval jobs stop when the clock is set back; `ClockSafeScheduler.every` is the way."""
    triggers = set()
    for path in [*ROOT.glob("*.py"), *(ROOT / "loadzone").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".add_job"):
                triggers |= {ast.unparse(trigger) for trigger in node.args[1:]}
    assert triggers == {"'date'"}


def test_the_steady_clock_runs_as_fast_as_the_monotonic_one():
    began, steady = time.monotonic(), steady_seconds()
    while time.monotonic() - began < 0.01:
        pass
    assert 0.009 < steady_seconds() - steady < 60


def test_pings_of_sockets_are_measured_by_it(tmp_path):
    app = create_app(Config(data=tmp_path / "data.json", secret_key="a key for tests alone"))
    app.extensions["application"].store.close()
    assert socket.time.time is steady_seconds
    assert base_socket.time.time is steady_seconds
