"""An upgrade begins the history with what people's own histories still know, once, whenever it is killed."""

import threading
from datetime import timedelta

from loadzone.reports.files import files_of, history_of
from support.answers import done
from support.inventory import from_now, inventory, machine, moment, record, stamp, user
from support.people import Person
from support.server import ADMIN

BOB = "bob@example.com"


def older_file():
    """Return the data file of a version without the history, in which Bob has a machine and has released another."""
    began, ends = from_now(hours=-1), from_now(hours=1)
    entries = [
        record("vm", began, ends),
        record("other", from_now(minutes=-40), ends),
        record("other", from_now(minutes=-20), from_now(minutes=-20), "cancel"),
    ]
    vms = [machine("vm", BOB, ends, booked_at=stamp(began)), machine("other")]
    return inventory(vms, users={BOB: user(*entries)})


def told(server):
    """Return the lines of the history that tell of machines or of the history itself, oldest first."""
    answer = done(Person(server, ADMIN).sign_in().get("/history?limit=200"))
    lines = [line for line in reversed(answer["history"]) if line["vm_id"] or line["action"] == "history_began"]
    return [(line["action"], line["vm_id"], line["email"], line["via"]) for line in lines], answer["since"]


EXPECTED = [
    ("booked", "vm", BOB, "upgrade"),
    ("booked", "other", BOB, "upgrade"),
    ("released", "other", BOB, "upgrade"),
    ("history_began", None, None, ""),
]


def test_an_upgrade_takes_over_what_is_known_however_often_it_is_killed(start):
    server = start(older_file())
    for _ in range(3):
        server.kill()
        server.start()
    lines, since = told(server)
    assert lines == EXPECTED
    assert from_now(minutes=-5) < moment(since) <= from_now() + timedelta(seconds=1), "not that of the older lines"


def test_an_upgrade_that_is_killed_while_it_starts_tells_it_once(start):
    server = start(older_file())
    server.kill()
    server.store(older_file())
    for path in files_of(history_of(server.data)):
        path.unlink(missing_ok=True)
    for pause in (0, 0.2, 0.4, 0.6):
        server.launch()
        threading.Event().wait(pause)
        server.kill()
    server.start()
    assert told(server)[0] == EXPECTED
