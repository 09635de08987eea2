"""SIGTERM and Ctrl-C end the server soon with everybody connected, and lose nothing."""

import signal
import threading

import pytest
import requests

from support.answers import done
from support.inventory import inventory, machine
from support.listener import Listener
from support.people import Person

# Two, on a machine that does nothing else; one that waits for those who are connected takes 25 and more.
SOON = 5  # seconds
HOWS = [signal.SIGTERM, signal.SIGINT]
pytestmark = pytest.mark.usefixtures("from_nothing")


@pytest.mark.parametrize("how", HOWS)
def test_it_ends_soon_with_everybody_connected(start, how):
    server = start(inventory([machine("vm")]))
    bob = Person(server).sign_in()
    ears = [Listener(bob, transports=(transport,)) for transport in ("websocket", "polling") for _ in range(5)]
    booked = done(bob.book("vm"))
    assert server.stop(how) < SOON
    for ear in ears:
        ear.wait_for("disconnect")
        ear.close()
    assert server.stored_vm("vm")["expires_at"] == booked["expires_at"]
    assert "Traceback" not in server.log


@pytest.mark.parametrize("how", HOWS)
def test_it_ends_as_one_that_was_asked_to(start, how):
    server = start()
    server.stop(how)
    code, said = server.ended()
    assert code == 0
    assert "KeyboardInterrupt" not in said


@pytest.mark.parametrize("how", HOWS)
def test_what_was_confirmed_while_it_ended_is_in_the_file(start, how):
    server = start(inventory([machine(f"vm-{n}") for n in range(400)]))
    bob = Person(server, "bob@example.com").sign_in()
    confirmed, enough = [], threading.Event()

    def book_on() -> None:
        for n in range(400):
            try:
                answer = bob.book(f"vm-{n}")
            except requests.exceptions.RequestException:
                return
            if answer.ok:
                confirmed.append(f"vm-{n}")
            if len(confirmed) == 10:
                enough.set()

    booking = threading.Thread(target=book_on)
    booking.start()
    assert enough.wait(10)
    server.stop(how)
    booking.join()
    stored = {vm["id"] for vm in server.stored()["vms"] if vm["booked_by"] == "bob@example.com"}
    assert set(confirmed) <= stored
    assert len(stored) <= len(confirmed) + 1


def test_it_leaves_nothing_behind_but_its_file(start, tmp_path):
    server = start(inventory([machine("vm")]))
    done(Person(server).sign_in().book("vm"))
    server.stop()
    left = {path.name for path in tmp_path.iterdir()}
    assert not any("tmp" in name or "temp" in name for name in left), left
    assert server.start().healthy()
