"""After a restart all come back at the same moment: the server stands, answers others meanwhile, and all is right."""

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
AWAY = (OSError, websocket.WebSocketException, requests.RequestException)


@pytest.fixture
def crowd():
    """People with many windows each, which are closed in the end."""
    people = []

    def gather(server) -> list[Person]:
        people.extend(Person(server).sign_in() for _ in range(PEOPLE))
        return people

    yield gather
    for person in people:
        person.http.close()


def come(person: Person) -> list[BareSocket]:
    """Without the pauses that a page would make, let alone ones of chance: as bad as it can be."""
    windows = []
    while len(windows) < WINDOWS_EACH:
        try:
            windows.append(BareSocket(person))
        except AWAY:
            time.sleep(0.02)
    return windows


def is_cut(window: BareSocket) -> bool:
    try:
        while True:
            window.read()
    except AWAY:
        return True
    finally:
        window.close()


def test_five_hundred_windows_that_come_back_at_once_after_a_kill_are_all_right_again(start, crowd):
    server = start(inventory([machine(f"vm-{n}") for n in range(10)]))
    people, bob = crowd(server), Person(server).sign_in()
    with ThreadPoolExecutor(PEOPLE) as pool:
        before = list(chain(*pool.map(come, people)))
        server.kill()
        assert all(map(is_cut, before))
        coming = [pool.submit(come, person) for person in people]
        server.start()
        while True:
            done(bob.book("vm-1"))
            done(bob.cancel("vm-1"))
            if all(person.done() for person in coming):
                break
        windows = list(chain(*(person.result() for person in coming)))
    done(bob.book("vm-2"))
    state = bob.state()
    for window in windows:
        while window.revision < state["revision"]:
            window.read()
        assert list(window.vms.values()) == state["vms"]
        window.close()
    assert len(windows) == PEOPLE * WINDOWS_EACH
    assert "Traceback" not in server.log
