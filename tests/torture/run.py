"""One run: sixteen clients and a crowd of sockets at a real server, faults meanwhile, and the record checked."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from support.inventory import inventory, machine
from support.people import Person
from support.server import ADMIN, Server, data_file
from support.small_disk import small_disk
from support.smtp import MailServer
from torture import checker, group_checker, letter_parser
from torture.clients import Client, look
from torture.history import Record, Told
from torture.model import Model
from torture.nemesis import Faults, set_clock
from torture.socket_clients import SocketLimits

CLIENTS, ADMINS = 16, 3
HOLD_SECONDS = 3
REMIND_SECONDS = (6, 1.8)
CALM = 3  # seconds at the end in which nothing is broken


@dataclass(frozen=True)
class Wishes:
    """How long, with which seed, at how many machines, with how many sockets, and with which fault planted."""

    seconds: float
    seed: int
    machines: int = 8
    sockets: int = 24
    fault: str = ""


@dataclass(frozen=True)
class Outcome:
    """What was found wrong, if anything, and what was done, in a line for people."""

    violations: list[str]
    summary: str


def run(wishes: Wishes, folder: Path) -> Outcome:
    """Needs an empty folder. The server and all that it used are gone in the end."""
    small = folder / "disk"
    small.mkdir()
    with small_disk(small, "4m") as disk, MailServer() as mail:
        record = Record()
        server = _server(folder, small, mail, wishes)
        set_clock(server, record, 0)
        try:
            server.start()
            crowd = _torture(server, disk, mail, record, wishes)
        finally:
            server.stop(timeout=30)
        record.letters = letter_parser.told(mail.letters)
        _add_what_still_waits(server, record)
    admins = frozenset(_emails(server)[:ADMINS])
    remind = tuple(round(seconds * 1000) for seconds in REMIND_SECONDS)
    checking = time.monotonic()
    found = checker.violations(record, Model(record.clock, HOLD_SECONDS * 1000, admins, remind))
    found += _tracebacks(server.lines)
    return Outcome(found, f"{_summary(record, crowd)}; checked in {time.monotonic() - checking:.0f} s")


def _server(folder: Path, small: Path, mail: MailServer, wishes: Wishes) -> Server:
    vms = [
        machine(name, group=group_checker.GROUP if name in group_checker.MACHINES else None)
        for name in _machines(wishes)
    ]
    groups = [{"id": group_checker.GROUP, "name": group_checker.NAME, "vm_ids": list(group_checker.MACHINES)}]
    settings = {
        "LOADZONE_DATA": str(data_file(small, inventory(vms, groups))),
        "LOADZONE_ADMINS": ",".join([ADMIN, *(f"admin-{n}@example.com" for n in range(1, ADMINS))]),
        "LOADZONE_HOLD_MINUTES": str(HOLD_SECONDS / 60),
        "LOADZONE_REMIND_MINUTES": ",".join(str(seconds / 60) for seconds in REMIND_SECONDS),
        "TORTURE_CLOCK": str(folder / "clock"),
        "TORTURE_FAULT": wishes.fault,
    }
    return Server(small / "data.json", program="tests/torture/serve.py", **settings, **mail.settings)


def _torture(server: Server, disk, mail: MailServer, record: Record, wishes: Wishes) -> SocketLimits:
    random, stop = Random(wishes.seed), threading.Event()
    people = [Person(server, email).sign_in() for email in _emails(server)]
    reader = Person(server).sign_in()
    clients = [Client(person, _machines(wishes), record, Random(random.random()), stop) for person in people]
    crowd = SocketLimits(Person(server).sign_in(), wishes.sockets, record, Random(random.random()))
    faults = Faults(server, disk, mail, record, Random(random.random()))
    for thread in (*clients, crowd):
        thread.start()
    try:
        _break_things(faults, wishes.seconds)
    finally:
        stop.set()
        for client in clients:
            client.join(30)
        crowd.stop()
    _compare(reader, crowd, record)
    _let_the_post_go(server, reader, record)
    for person in (*people, reader, crowd.person):
        person.http.close()
    return crowd


def _tracebacks(lines: list[str]) -> list[str]:
    """With what was said before and after, for people."""
    starts = [number for number, line in enumerate(lines) if "Traceback" in line]
    return ["the server's log:\n    " + "\n    ".join(lines[max(0, n - 1) : n + 30]) for n in starts]


def _machines(wishes: Wishes) -> list[str]:
    return [*(f"vm-{number}" for number in range(wishes.machines)), *group_checker.MACHINES]


def _emails(server: Server) -> list[str]:
    admins = server.settings["LOADZONE_ADMINS"].split(",")
    return admins + [f"client-{number}@example.com" for number in range(CLIENTS - len(admins))]


def _break_things(faults: Faults, seconds: float) -> None:
    """And leave them whole, and everybody at work for some more seconds."""
    end = time.monotonic() + seconds
    time.sleep(min(1, seconds))
    while time.monotonic() < end:
        faults.one()
    faults.mend()
    time.sleep(CALM)


def _compare(reader: Person, crowd: SocketLimits, record: Record) -> None:
    """Every socket shows in the end what the server does; time may bring changes in between, so a few times."""
    wrong = ["no socket was left in the end"]
    for _ in range(20):
        state = look(reader, record)
        crowd.read_for(0.3)
        wrong = crowd.out_of_step(state) if state else ["the board could not be had in the end"]
        if crowd.size and not wrong:
            break
    for sentence in wrong:
        record.note_strange(sentence)
    crowd.close()


def _let_the_post_go(server: Server, reader: Person, record: Record) -> None:
    """A new start ends the pauses of the post; what is left in the outbox then is younger than that."""
    server.stop(timeout=30)
    record.death()
    server.start()
    look(reader, record)
    started = moved = time.monotonic()
    before: list[Told] = []
    while left := [
        letter for letter in letter_parser.waiting(_outbox(server)) if not _is_after(started, letter, record)
    ]:
        if len(left) != len(before):
            before, moved = left, time.monotonic()
        elif time.monotonic() > moved + 30:
            record.note_strange(f"the post has stopped: {len(left)} letters wait, the first of them {left[0]}")
            return
        time.sleep(0.1)


def _is_after(moment: float, letter, record: Record) -> bool:
    return letter.created * 1000 > record.clock.span(moment, moment)[0]


def _outbox(server: Server) -> list[dict]:
    return server.stored().get("outbox", [])


def _add_what_still_waits(server: Server, record: Record) -> None:
    sent = {letter.id for letter in record.letters}
    record.letters += [letter for letter in letter_parser.waiting(_outbox(server)) if letter.id not in sent]


def _summary(record: Record, crowd: SocketLimits) -> str:
    outcomes = {name: sum(op.outcome == name for op in record.ops) for name in ("ok", "refused", "failed", "unknown")}
    counted = ", ".join(f"{count} {name}" for name, count in outcomes.items())
    kinds = {name: sum(fault == name for _, fault in record.faults) for name in dict(record.faults).values()}
    return (
        f"{len(record.ops)} calls ({counted}), {len(record.boards)} looks, {len(record.letters)} letters, "
        f"{crowd.came} sockets; faults: {kinds}"
    )
