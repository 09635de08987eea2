"""Measure one node over PostgreSQL, and several, beside one over the JSON file: in turns, within one run."""

from __future__ import annotations

from collections.abc import Sequence

from clients import LoadProcess, cookie_of, median, milliseconds, request
from table import Row

from nodes import Nodes
from support.people import Person
from support.server import Server

CLIENTS = 16  # of each node
ROUNDS = 5
SECONDS = 1.5
SECONDS_OF_MANY = 5.0  # with 100,000 machines, since the file is written anew with each change
BOOKING_GOALS = {1000: 1.1, 10_000: 1.4, 100_000: 3.5}  # by number of machines
NODES_GOALS = {2: 1.3, 3: 1.2}  # by number of nodes, on two cores for all


def one_node(size: int, file: Server, nodes: Nodes) -> list[Row]:
    """Measure bookings by sixteen clients and by one, and `GET /vms`."""
    [node] = nodes.start(1)
    on_file = [Person(file, f"person{number}@example.com").sign_in() for number in range(CLIENTS)]
    on_node = nodes.signed_in(CLIENTS)
    for person in (on_file[0], on_node[0]):
        person.get("/vms", Accept_Encoding="gzip")  # the first board of a start is made whole
    seconds = SECONDS if size < 100_000 else SECONDS_OF_MANY
    jobs = [
        [(file, bookings_of(on_file)), (node, bookings_of(on_node))],
        [(file, bookings_of(on_file[:1])), (node, bookings_of(on_node[:1]))],
        [(file, _boards(on_file)), (node, _boards(on_node))],
    ]
    rounds = [[tuple(_load(*side, seconds) for side in job) for job in jobs] for _ in range(ROUNDS)]
    many, alone, boards = zip(*rounds, strict=True)
    goal = BOOKING_GOALS.get(size, 1.1)
    return [
        _rates(size, f"book + release, {CLIENTS} clients", goal, many),
        _waits(size, "book + release, one client, p50", alone),
        _rates(size, f"`GET /vms`, compressed, {CLIENTS} clients", 0.95, boards),
    ]


def several_nodes(size: int, file: Server, nodes: Nodes, count: int) -> Row:
    """Measure bookings by sixteen clients on each node, beside sixteen of the one over the file."""
    on_file = bookings_of([Person(file, f"person{number}@example.com").sign_in() for number in range(CLIENTS)])
    running = nodes.start(count)
    people = nodes.signed_in(CLIENTS * count)
    requests = [bookings_of(people[CLIENTS * number : CLIENTS * (number + 1)], number) for number in range(count)]
    rounds = []
    for _ in range(ROUNDS):
        alone = _load(file, on_file)
        loads = [LoadProcess(node, own, SECONDS) for node, own in zip(running, requests, strict=True)]
        rounds.append((alone, {"rate": sum(load.result()["rate"] for load in loads)}))
    return _rates(size, f"book + release, {count} nodes, {CLIENTS} clients each", NODES_GOALS[count], rounds)


def _load(server: Server, clients: list[list[str]], seconds: float = SECONDS) -> dict[str, float]:
    return LoadProcess(server, clients, seconds).result()


def bookings_of(people: list[Person], node: int = 0) -> list[list[str]]:
    """Return the requests with which each books and releases a machine; those with an even number are free."""
    names = [f"server-{2 * (CLIENTS * node + number):05}" for number in range(len(people))]
    return [
        [
            request("/book", {"vm_id": name, "hours": 1}, cookie_of(person)),
            request("/cancel", {"vm_id": name}, cookie_of(person)),
        ]
        for name, person in zip(names, people, strict=True)
    ]


def _boards(people: list[Person]) -> list[list[str]]:
    return [[request("/vms", cookie=cookie_of(person), Accept_Encoding="gzip")] for person in people]


def _rates(size: int, figure: str, goal: float, rounds: Sequence[tuple[dict, dict]]) -> Row:
    ratio = median(ours["rate"] / limit["rate"] for limit, ours in rounds)
    limit, ours = (median(one[side]["rate"] for one in rounds) for side in (0, 1))
    return Row(size, figure, f"{limit:,.0f}/s", f"{ours:,.0f}/s", ratio, f"≥ {goal}", ratio >= goal)


def _waits(size: int, figure: str, rounds: Sequence[tuple[dict, dict]]) -> Row:
    ratio = median(ours["p50"] / limit["p50"] for limit, ours in rounds)
    limit, ours = (median(one[side]["p50"] for one in rounds) for side in (0, 1))
    return Row(size, figure, milliseconds(limit), milliseconds(ours), ratio, "≤ 1.0", ratio <= 1)
