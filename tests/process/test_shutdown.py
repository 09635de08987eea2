"""SIGTERM and Ctrl-C stop the server soon while clients are connected, and no confirmed change is lost."""

import signal
import threading

import pytest
import requests

from support.answers import done
from support.inventory import inventory, machine
from support.listener import Listener
from support.people import Person

# On an idle machine it takes 2 seconds. A server that waited for its clients would take 25 or more.
STOP_SECONDS = 15
SIGNALS = [signal.SIGTERM, signal.SIGINT]
pytestmark = pytest.mark.usefixtures("cold_start")


@pytest.mark.parametrize("signum", SIGNALS)
def test_the_server_stops_soon_while_clients_are_connected(start, signum):
    server = start(inventory([machine("vm")]))
    bob = Person(server).sign_in()
    listeners = [Listener(bob, transports=(transport,)) for transport in ("websocket", "polling") for _ in range(5)]
    booked = done(bob.book("vm"))
    assert server.stop(signum) < STOP_SECONDS
    for listener in listeners:
        listener.wait_for("disconnect")
        listener.close()
    assert server.stored_vm("vm")["expires_at"] == booked["expires_at"]
    assert "Traceback" not in server.log


@pytest.mark.parametrize("signum", SIGNALS)
def test_the_server_stops_with_exit_code_0(start, signum):
    server = start()
    server.stop(signum)
    code, output = server.ended()
    assert code == 0
    assert "KeyboardInterrupt" not in output


@pytest.mark.parametrize("signum", SIGNALS)
def test_bookings_confirmed_during_the_stop_are_in_the_file(start, signum):
    server = start(inventory([machine(f"vm-{n}") for n in range(400)]))
    bob = Person(server, "bob@example.com").sign_in()
    confirmed, enough = [], threading.Event()

    def book_until_stopped() -> None:
        for n in range(400):
            try:
                answer = bob.book(f"vm-{n}")
            except requests.exceptions.RequestException:
                return
            if answer.ok:
                confirmed.append(f"vm-{n}")
            if len(confirmed) == 10:
                enough.set()

    booking = threading.Thread(target=book_until_stopped)
    booking.start()
    assert enough.wait(30)
    server.stop(signum)
    booking.join()
    stored = {vm["id"] for vm in server.stored()["vms"] if vm["booked_by"] == "bob@example.com"}
    assert set(confirmed) <= stored
    assert len(stored) <= len(confirmed) + 1


def test_no_temporary_files_are_left(start, tmp_path):
    server = start(inventory([machine("vm")]))
    done(Person(server).sign_in().book("vm"))
    server.stop()
    left = {path.name for path in tmp_path.iterdir()}
    assert not any("tmp" in name or "temp" in name for name in left), left
    assert server.start().healthy()
