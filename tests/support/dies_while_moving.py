"""Serve LoadZone until a line of the history is moved, and die as by SIGKILL at the step that DIES_AT names.

before, within, after: the transaction that moves it; leaving, left: the commit with which it leaves the data file.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import event  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

import app  # noqa: E402
from loadzone.datafile.json_file import JsonFile  # noqa: E402
from loadzone.reports.history_database import HistoryDatabase  # noqa: E402

STEP = os.environ["DIES_AT"]
append, put = HistoryDatabase.append, JsonFile.put


def die(step: str) -> None:
    if step == STEP:
        os.kill(os.getpid(), signal.SIGKILL)


def append_or_die(database, lines):
    if not any(line.action == "booked" for line in lines):
        return append(database, lines)
    die("before")
    event.listen(Engine, "commit", lambda _connection: die("within"))
    greatest = append(database, lines)
    die("after")
    return greatest


def put_or_die(file, commit):
    leaves = any(key in commit.before.history and key not in commit.after.history for key in commit.touched.history)
    if leaves:
        die("leaving")
    error = put(file, commit)
    if leaves:
        die("left")
    return error


HistoryDatabase.append = append_or_die
JsonFile.put = put_or_die
sys.exit(app.main())
