"""A server that is paused for a while: stopped, suspended, or saved and restored with its virtual machine."""

import os
import signal

from support.answers import done
from support.inventory import from_now, inventory, machine
from support.people import Person
from support.server import FREQUENT_SWEEPS
from support.waiting import eventually

HEARTBEAT = 0.15  # minutes: a busy machine may take seconds for the next request


def test_a_pause_of_the_server_is_not_the_silence_of_a_job(start):
    server = start(inventory([machine("vm"), machine("other")]), program=FREQUENT_SWEEPS)
    bob, carol = Person(server).sign_in(), Person(server).sign_in()
    done(carol.book("other", 1))
    done(bob.book("vm", 1, heartbeat_minutes=HEARTBEAT))
    done(bob.post("/queue/join", {"vm_id": "other", "hours": 1, "heartbeat_minutes": HEARTBEAT}))
    os.kill(server.pid, signal.SIGSTOP)
    resumed = from_now(minutes=HEARTBEAT, seconds=0.5)
    eventually(lambda: from_now() > resumed, timeout=60)
    os.kill(server.pid, signal.SIGCONT)
    done(bob.post("/heartbeat", {"vm_ids": ["vm"]}))
    assert [waiter["email"] for waiter in bob.vm("other")["queue"]] == [bob.email]
