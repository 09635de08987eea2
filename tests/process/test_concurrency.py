"""Many people act at the same moment: a machine has one holder at most, and nothing confirmed is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person

PEOPLE, ROUNDS = 50, 20
CLIENTS, MACHINES = 16, 500


def test_fifty_people_book_one_machine_at_once_and_one_gets_it(start, sign_in_people):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(ROUNDS)]))
    people = sign_in_people(server, PEOPLE)
    together = threading.Barrier(PEOPLE)
    answers = {}

    def race(person: Person) -> None:
        for n in range(ROUNDS):
            together.wait(60)
            answers[person.email, n] = person.book(f"vm-{n:03}")

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(race, people))
    for n in range(ROUNDS):
        round_answers = {person.email: answers[person.email, n] for person in people}
        [winner] = [email for email, answer in round_answers.items() if answer.status_code == 200]
        refused = [answer for email, answer in round_answers.items() if email != winner]
        assert {(answer.status_code, answer.json()["code"], answer.json()["holder"]) for answer in refused} == {
            (409, "vm_taken", winner)
        }
        assert server.stored_vm(f"vm-{n:03}")["booked_by"] == winner
        booked = [email for email, user in server.stored()["users"].items() if f"vm-{n:03}" in str(user["bookings"])]
        assert booked == [winner], "only the winner has it in the history"


def test_sixteen_clients_book_five_hundred_machines_and_none_is_missing(start, sign_in_people):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(MACHINES)]))
    people = sign_in_people(server, CLIENTS)

    def book_mine(number: int) -> dict[str, str]:
        mine = [f"vm-{n:03}" for n in range(number, MACHINES, CLIENTS)]
        return {vm: done(people[number].book(vm))["booked_by"] for vm in mine}

    with ThreadPoolExecutor(CLIENTS) as pool:
        confirmed = {vm: holder for booked in pool.map(book_mine, range(CLIENTS)) for vm, holder in booked.items()}
    assert len(confirmed) == MACHINES
    assert {vm["id"]: vm["booked_by"] for vm in server.stored()["vms"]} == confirmed
    server.restart()
    assert {vm["id"]: vm["booked_by"] for vm in people[0].state()["vms"]} == confirmed


def test_concurrent_bookings_renewals_and_releases_stay_consistent(start, sign_in_people):
    server = start(inventory([machine("vm")]))
    people = sign_in_people(server, 12)

    def book_renew_release(person: Person) -> None:
        for _ in range(15):
            if person.book("vm").ok:
                done(person.renew("vm"))
                done(person.cancel("vm"))

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(book_renew_release, people))
    assert people[0].vm("vm")["state"] == "free"
    for person in people:
        actions = person.actions("vm")
        assert actions == ["book", "renew", "cancel"] * (len(actions) // 3)


def test_of_twenty_first_people_at_once_one_becomes_admin(start):
    server = start(LOADZONE_ADMINS="")
    people = [Person(server) for _ in range(20)]
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(Person.sign_in, people))
    assert sorted(person.me()["role"] for person in people) == ["admin"] + ["user"] * 19


def test_a_code_given_twenty_times_at_once_works_once(start):
    server = start(LOADZONE_AUTH="code")
    ann = Person(server)
    ann.ask_for_code()
    code = server.newest_code(ann.email)
    windows = [Person(server, ann.email) for _ in range(20)]
    for window in windows:
        window.http.cookies.update(ann.http.cookies)
    with ThreadPoolExecutor(len(windows)) as pool:
        answers = list(pool.map(lambda window: window.give_code(code).status_code, windows))
    assert answers.count(200) == 1
    assert set(answers) <= {200, 401, 429}


def test_a_group_made_twelve_times_at_once_is_made_once(start):
    server = start()
    windows = [Person(server, "alice@example.com").sign_in() for _ in range(12)]
    with ThreadPoolExecutor(len(windows)) as pool:
        answers = list(pool.map(lambda window: window.make_group("The same").status_code, windows))
    assert sorted(answers) == [201] + [409] * 11
    assert [group["name"] for group in server.stored()["groups"]] == ["The same"]


def test_a_renewal_of_one_end_sent_twelve_times_at_once_counts_once(start):
    server = start(inventory([machine("vm")]))
    windows = [Person(server, "ann@example.com").sign_in() for _ in range(12)]
    end = done(windows[0].book("vm"))["expires_at"]
    with ThreadPoolExecutor(len(windows)) as pool:
        answers = list(pool.map(lambda window: window.renew("vm", 1, expires_at=end).status_code, windows))
    assert sorted(answers) == [200] + [409] * 11
