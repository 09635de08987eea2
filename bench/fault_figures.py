"""Measure how long faults are noticed: of nodes, of the holder of the lock, and of PostgreSQL."""

from __future__ import annotations

import contextlib
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
from clients import LoadProcess, milliseconds, wait_for
from node_figures import CLIENTS, bookings_of
from table import Row

from loadzone.database.connection import connect
from loadzone.database.schema import LOCK
from nodes import Nodes
from support.people import Person
from support.server import Server

LEADS = "this node leads"  # in a node's log
AWAY = 2.0  # seconds for which PostgreSQL is away
AROUND = 1.5  # seconds before and after a node is killed


class Booker:
    """Somebody who books and releases a machine on a node all the time, from a thread."""

    def __init__(self, node: Server, person: Person, vm_id: str) -> None:
        self.answers: list[tuple[float, int]] = []  # when, and the HTTP status
        self._is_done = threading.Event()
        self._calls = [("/book", {"vm_id": vm_id, "hours": 1}), ("/cancel", {"vm_id": vm_id})]
        self._person = Person(node, person.email)
        self._person.http.cookies.update(person.http.cookies)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        self._is_done.set()
        self._thread.join()

    def longest_gap(self, begin: float, end: float) -> float:
        """Return the longest time without an answer in this period (time.monotonic())."""
        moments = [begin, *(moment for moment, _ in self.answers if begin < moment < end), end]
        return max(after - before for before, after in itertools.pairwise(moments))

    def _run(self) -> None:
        while not self._is_done.is_set():
            for path, body in self._calls:
                status = self._person.post(path, body).status_code
                self.answers.append((time.monotonic(), status))


def faults(size: int, nodes: Nodes) -> Iterator[Row]:
    """Measure all of them on three nodes."""
    running = nodes.start(3)
    wait_for(lambda: any(LEADS in node.log for node in running), 10)
    yield _row(size, "the leader killed: another leads", _leader_lost(running, Server.kill), 1)
    yield _row(size, "the leader hung: another leads", _leader_lost(running, _hang), 5)
    yield _row(size, "the holder of the lock hung: the next booking", _holder_hung(nodes), 3)
    yield _node_killed(size, nodes)
    yield from _postgres_away(size, nodes)


def _row(size: int, figure: str, took: float, most: float) -> Row:
    return Row(size, figure, "", f"{took:.1f} s", None, f"≤ {most} s", took <= most)


def _leader_lost(running: list[Server], lose: Callable[[Server], None]) -> float:
    """Return the seconds until another node leads."""
    led = {node.port: node.log.count(LEADS) for node in running}
    leader = max(running, key=lambda node: _last_line(node))
    others = [node for node in running if node is not leader]
    lose(leader)
    begin = time.monotonic()
    wait_for(lambda: any(node.log.count(LEADS) > led[node.port] for node in others), 20, pause=0.005)
    took = time.monotonic() - begin
    with contextlib.suppress(ProcessLookupError):
        leader._process.send_signal(signal.SIGCONT)
    if not leader.healthy():
        leader.start()
    return took


def _last_line(node: Server) -> str:
    """Return the line of the log that says that this node leads; it begins with the time."""
    return max((line for line in node.log_lines if LEADS in line), default="")


def _hang(node: Server) -> None:
    node._process.send_signal(signal.SIGSTOP)


def _holder_hung(nodes: Nodes) -> float:
    """Return the seconds that a booking takes while a connection has the lock and does nothing."""
    [person] = nodes.signed_in(1)
    with contextlib.closing(connect(nodes.url, "writer")) as holder:
        holder.execute(f"BEGIN; SELECT pg_advisory_xact_lock({LOCK})")
        begin = time.monotonic()
        status = person.post("/book", {"vm_id": "server-00000", "hours": 1}).status_code
        took = time.monotonic() - begin
    if status != 200 or person.post("/cancel", {"vm_id": "server-00000"}).status_code != 200:
        raise RuntimeError(f"a booking was refused: {status}")
    return took


def _node_killed(size: int, nodes: Nodes) -> Row:
    """Measure the longest time without a booking on one node, while another one that books too is killed."""
    first, killed = nodes.running[:2]
    people = nodes.signed_in(CLIENTS + 1)
    booker = Booker(first, people[-1], "server-00800")
    load = LoadProcess(killed, bookings_of(people[:CLIENTS]), 3 * AROUND, may_fail=True)
    time.sleep(2 * AROUND)
    moment = time.monotonic()
    killed.kill()
    time.sleep(AROUND)
    booker.end()
    with contextlib.suppress(RuntimeError):
        load.result()  # its connections are lost
    killed.start()
    usual, gap = booker.longest_gap(moment - AROUND, moment), booker.longest_gap(moment, moment + AROUND)
    figure = "a node killed: the longest time without a booking"
    return Row(size, figure, f"before: {milliseconds(usual)}", milliseconds(gap), gap / usual, "≤ 100 ms", gap <= 0.1)


def _postgres_away(size: int, nodes: Nodes) -> Iterator[Row]:
    """Measure the time from PostgreSQL's first answer to each node's, and count what was refused meanwhile."""
    people = nodes.signed_in(len(nodes.running))
    bookers = [
        Booker(*pair, f"server-{900 + 2 * n:05}") for n, pair in enumerate(zip(nodes.running, people, strict=True))
    ]
    time.sleep(1)
    nodes.cluster.kill()
    time.sleep(AWAY)
    starting = threading.Thread(target=nodes.cluster.launch)
    starting.start()
    wait_for(lambda: _answers(nodes.url), 20, pause=0.005)
    back = time.monotonic()
    starting.join()
    wait_for(lambda: all(booker.answers[-1][0] > back for booker in bookers), 20)
    for booker in bookers:
        booker.end()
    late = max(min(moment for moment, _ in booker.answers if moment > back) - back for booker in bookers)
    refused = sum(status != 200 for booker in bookers for _, status in booker.answers)
    yield _row(size, f"PostgreSQL killed and back after {AWAY:.0f} s: all nodes book", late, 1)
    yield Row(size, "bookings refused meanwhile", "", f"{refused}", None, "0", refused == 0)


def _answers(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(url).close()
        return True
    return False
