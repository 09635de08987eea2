"""After a restart all clients reconnect at once. The server answers others meanwhile, and all clients get the board."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
import requests
import websocket

from support.answers import done
from support.bare_socket import BareSocket
from support.inventory import inventory, machine
from support.people import Person

PEOPLE, WINDOWS_EACH = 50, 10
CONNECTION_ERRORS = (OSError, websocket.WebSocketException, requests.RequestException)


@pytest.fixture
def sign_in_people():
    """Return a function that signs in the people of this test. Their connections are closed after it."""
    people = []

    def sign_in(server) -> list[Person]:
        people.extend(Person(server).sign_in() for _ in range(PEOPLE))
        return people

    yield sign_in
    for person in people:
        person.http.close()


def connect_windows(person: Person) -> list[BareSocket]:
    """Connect this person's windows, and try again at once if the server is away.

    This is the worst case: a page would wait for a random time before it tries again.
    """
    windows = []
    while len(windows) < WINDOWS_EACH:
        try:
            windows.append(BareSocket(person))
        except CONNECTION_ERRORS:
            time.sleep(0.02)
    return windows


def was_disconnected(window: BareSocket) -> bool:
    try:
        while True:
            window.read()
    except CONNECTION_ERRORS:
        return True
    finally:
        window.close()


def test_five_hundred_windows_that_reconnect_at_once_after_a_kill_get_the_board(start, sign_in_people):
    server = start(inventory([machine(f"vm-{n}") for n in range(10)]))
    people, bob = sign_in_people(server), Person(server).sign_in()
    with ThreadPoolExecutor(PEOPLE) as pool:
        before = list(chain(*pool.map(connect_windows, people)))
        server.kill()
        assert all(map(was_disconnected, before))
        reconnecting = [pool.submit(connect_windows, person) for person in people]
        server.start()
        while True:
            done(bob.book("vm-1"))
            done(bob.cancel("vm-1"))
            if all(person.done() for person in reconnecting):
                break
        windows = list(chain(*(person.result() for person in reconnecting)))
    done(bob.book("vm-2"))
    state = bob.state()
    for window in windows:
        while window.revision < state["revision"]:
            window.read()
        assert list(window.vms.values()) == state["vms"]
        window.close()
    assert len(windows) == PEOPLE * WINDOWS_EACH
    assert "Traceback" not in server.log
