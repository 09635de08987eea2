"""Many people at the same moment: one holder at most, and nothing confirmed is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person

PEOPLE, ROUNDS = 50, 20
CLIENTS, MACHINES = 16, 500


@pytest.fixture
def crowd():
    """Signs in that many people, a few at a time."""
    signed_in = []

    def gather(server, size: int) -> list[Person]:
        with ThreadPoolExecutor(8) as pool:
            signed_in.extend(pool.map(lambda _: Person(server).sign_in(), range(size)))
        return signed_in

    yield gather
    for person in signed_in:
        person.http.close()


def test_fifty_people_book_one_machine_at_once_and_one_of_them_has_it(start, crowd):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(ROUNDS)]))
    people = crowd(server, PEOPLE)
    together = threading.Barrier(PEOPLE)
    answers = {}

    def race(person: Person) -> None:
        for n in range(ROUNDS):
            together.wait(30)
            answers[person.email, n] = person.book(f"vm-{n:03}")

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(race, people))
    for n in range(ROUNDS):
        of_round = {person.email: answers[person.email, n] for person in people}
        [winner] = [email for email, answer in of_round.items() if answer.status_code == 200]
        losers = [answer for email, answer in of_round.items() if email != winner]
        assert {(answer.status_code, answer.json()["code"], answer.json()["holder"]) for answer in losers} == {
            (409, "vm_taken", winner)
        }
        assert server.stored_vm(f"vm-{n:03}")["booked_by"] == winner
        booked = [email for email, kept in server.stored()["users"].items() if f"vm-{n:03}" in str(kept["bookings"])]
        assert booked == [winner], "nobody else has it in the history"


def test_sixteen_clients_book_five_hundred_machines_and_none_is_missing(start, crowd):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(MACHINES)]))
    people = crowd(server, CLIENTS)

    def book_mine(number: int) -> dict[str, str]:
        mine = [f"vm-{n:03}" for n in range(number, MACHINES, CLIENTS)]
        return {vm: done(people[number].book(vm))["booked_by"] for vm in mine}

    with ThreadPoolExecutor(CLIENTS) as pool:
        confirmed = {vm: holder for booked in pool.map(book_mine, range(CLIENTS)) for vm, holder in booked.items()}
    assert len(confirmed) == MACHINES
    assert {vm["id"]: vm["booked_by"] for vm in server.stored()["vms"]} == confirmed
    server.restart()
    assert {vm["id"]: vm["booked_by"] for vm in people[0].state()["vms"]} == confirmed


def test_renewing_and_releasing_at_once_leaves_one_truth(start, crowd):
    server = start(inventory([machine("vm")]))
    people = crowd(server, 12)

    def churn(person: Person) -> None:
        for _ in range(15):
            if person.book("vm").ok:
                done(person.renew("vm"))
                done(person.cancel("vm"))

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(churn, people))
    assert people[0].vm("vm")["state"] == "free"
    for person in people:
        actions = person.actions("vm")
        assert actions == ["book", "renew", "cancel"] * (len(actions) // 3)
