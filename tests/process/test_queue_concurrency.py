"""Many people join, book and leave at the same moment: nobody is served twice, and nobody is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person


def group_of(count: int) -> dict:
    vm_ids = [f"vm-{n:02}" for n in range(count)]
    return inventory([machine(vm_id) | {"group": 1} for vm_id in vm_ids], [{"id": 1, "name": "perf", "vm_ids": vm_ids}])


def together(people: list[Person], act) -> list:
    """Let all people act at the same moment, and return the result of each."""
    barrier = threading.Barrier(len(people))

    def one(person: Person):
        barrier.wait(60)
        return act(person)

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))


def test_of_fifty_people_who_join_at_once_ten_get_a_place(start, sign_in_people):
    server = start(inventory([machine("vm")]))
    alice = Person(server, "alice@example.com").sign_in()
    done(alice.book("vm"))
    people = sign_in_people(server, 50)
    answers = together(people, lambda person: person.join("vm"))
    places = {answer.json()["position"]: person.email for person, answer in zip(people, answers, strict=True) if answer}
    assert sorted(places) == list(range(1, 11))
    refused = [answer for answer in answers if not answer]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(409, "queue_full")}
    assert alice.queue("vm") == [places[position] for position in range(1, 11)]


def test_a_person_who_joins_twenty_times_at_once_has_one_place(start):
    server = start(inventory([machine("vm")]))
    done(Person(server, "alice@example.com").sign_in().book("vm"))
    windows = [Person(server, "ann@example.com").sign_in() for _ in range(20)]
    answers = [done(answer) for answer in together(windows, lambda window: window.join("vm"))]
    assert sorted(answer["status"] for answer in answers) == ["already_in_queue"] * 19 + ["ok"]
    assert {answer["position"] for answer in answers} == {1}
    assert windows[0].queue("vm") == ["ann@example.com"]


def test_thirty_people_who_book_any_two_machines_never_share_one(start, sign_in_people):
    server = start(group_of(20))
    people = sign_in_people(server, 30)
    for _ in range(3):
        answers = together(people, lambda person: person.book_any(1, count=2))
        got = {p.email: [vm["id"] for vm in a.json()["vms"]] for p, a in zip(people, answers, strict=True) if a}
        assert len(got) == 10
        assert sorted(vm for pair in got.values() for vm in pair) == [f"vm-{n:02}" for n in range(20)]
        assert {a.json()["code"] for a in answers if not a} == {"not_enough_free"}
        shown = {vm["id"]: vm["booked_by"] for vm in server.stored()["vms"]}
        assert shown == {vm: email for email, pair in got.items() for vm in pair}
        for person in people:
            for vm in got.get(person.email, ()):
                done(person.cancel(vm))


def test_no_machine_stays_free_while_somebody_waits_for_it(start, sign_in_people):
    server = start(group_of(4))
    people = sign_in_people(server, 16)

    def work(person: Person) -> int:
        got = 0
        for _ in range(12):
            if booked := person.book_any(1):
                got += 1
                done(person.cancel(booked.json()["vms"][0]["id"]))
                continue
            done(person.join(1))
            held = [vm["id"] for vm in person.state()["vms"] if vm["held_for"] == person.email]
            got += sum(person.book(vm).ok and person.cancel(vm).ok for vm in held)
            person.leave(1)
        return got

    assert sum(together(people, work)) > 0
    state = people[0].state()
    assert state["groups"][0]["queue"] == []
    assert {(vm["state"], vm["held_for"]) for vm in state["vms"]} == {("free", None)}, (
        "everybody has left the queue and released the machines"
    )
    for person in people:
        for vm in state["vms"]:
            actions = person.actions(vm["id"])
            assert actions == ["book", "cancel"] * (len(actions) // 2)


def test_forty_people_are_served_in_the_order_of_their_places(start, sign_in_people):
    server = start(group_of(4))
    alice = Person(server, "alice@example.com").sign_in()
    vms = [vm["id"] for vm in done(alice.book_any(1, 1, count=4))["vms"]]
    people = sign_in_people(server, 40)
    answers = together(people, lambda person: person.join(1, auto=True))
    by_place = {done(answer)["position"]: person for person, answer in zip(people, answers, strict=True)}
    served = []
    for turn in range(40):
        vm = vms[turn % 4]
        holder = alice if turn < 4 else served[turn - 4]
        booked = done(holder.cancel(vm))
        assert booked["booked_by"] == by_place[turn + 1].email
        served.append(by_place[turn + 1])
    assert alice.queue(1) == []


def test_booking_and_passing_on_at_the_same_moment_stay_consistent(start):
    server = start(inventory([machine("vm")]))
    windows = [Person(server, "ann@example.com").sign_in() for _ in range(2)]
    for _ in range(10):
        done(windows[0].join("vm"))
        take, leave = together(
            windows, lambda window: window.book("vm") if window is windows[0] else window.leave("vm")
        )
        assert take.ok, "a machine that was passed on is free and can be booked"
        assert leave.status_code in (200, 409)
        assert windows[0].vm("vm")["booked_by"] == "ann@example.com"
        done(windows[0].cancel("vm"))
        assert windows[0].vm("vm")["state"] == "free"
