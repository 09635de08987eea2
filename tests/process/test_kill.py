"""SIGKILL under write load: the file is always valid and contains every confirmed booking."""

import random
import threading

import pytest
import requests

from support.inventory import inventory, machine, moment
from support.people import Person

KILLS, CLIENTS, MACHINES_EACH = 50, 6, 8


class Booker:
    """One client that books and renews its own machines, and remembers the last confirmed end of each."""

    def __init__(self, server, number: int, confirmed: threading.Semaphore) -> None:
        self.person = Person(server, f"booker-{number}@example.com").sign_in()
        self.machines = [f"vm-{number}-{n}" for n in range(MACHINES_EACH)]
        self.confirmed_ends: dict[str, str] = {}
        self._confirmed = confirmed

    def work_until_killed(self) -> None:
        while True:
            vm = random.choice(self.machines)
            try:
                answer = self.person.renew(vm, 0.001) if vm in self.confirmed_ends else self.person.book(vm, 1)
                if answer.status_code == 409:  # already booked: the server was killed before it could answer
                    answer = self.person.renew(vm, 0.001)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                return
            assert answer.status_code == 200, answer.text
            self.confirmed_ends[vm] = answer.json()["expires_at"]
            self._confirmed.release()


@pytest.mark.timeout(400)
def test_fifty_kills_lose_nothing_that_was_confirmed(start):
    server = start(inventory([machine(f"vm-{c}-{n}") for c in range(CLIENTS) for n in range(MACHINES_EACH)]))
    confirmed = threading.Semaphore(0)
    bookers = [Booker(server, number, confirmed) for number in range(CLIENTS)]
    for kill in range(KILLS):
        threads = [threading.Thread(target=booker.work_until_killed) for booker in bookers]
        for thread in threads:
            thread.start()
        for _ in range(random.randint(1, 40)):
            assert confirmed.acquire(timeout=30)
        server.kill()
        for thread in threads:
            thread.join(20)
        while confirmed.acquire(blocking=False):
            pass
        stored = {vm["id"]: vm for vm in server.stored()["vms"]}
        for booker in bookers:
            for vm, end in booker.confirmed_ends.items():
                assert stored[vm]["booked_by"] == booker.person.email, f"kill {kill}: {vm} was confirmed"
                assert moment(stored[vm]["expires_at"]) >= moment(end), f"kill {kill}: {vm} was confirmed until {end}"
        server.start()
    assert sum(len(booker.confirmed_ends) for booker in bookers) == CLIENTS * MACHINES_EACH
