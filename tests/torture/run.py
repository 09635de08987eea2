"""One run: sixteen clients and many sockets use a real server, the nemesis injects faults, the history is checked."""

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
from torture import checker, letter_parser
from torture.clients import Client, read_board
from torture.group_checker import GROUP_ID, GROUP_NAME, MACHINES
from torture.history import History, ReceivedLetter
from torture.model import Model
from torture.nemesis import Nemesis, set_clock
from torture.socket_clients import SocketClients

CLIENTS, ADMINS = 16, 3
HOLD_SECONDS = 3
REMIND_SECONDS = (6, 1.8)
QUIET_SECONDS = 3  # at the end, without faults


@dataclass(frozen=True)
class Options:
    """`fault` is the name of a fault to plant in the server (planted.py), or empty."""

    seconds: float
    seed: int
    machines: int = 8
    sockets: int = 24
    fault: str = ""


@dataclass(frozen=True)
class Result:
    """The violations that were found, and a line for people about what was done."""

    violations: list[str]
    summary: str


def run(options: Options, folder: Path) -> Result:
    """Run in an empty folder. The server and everything that it used have ended when this returns."""
    small = folder / "disk"
    small.mkdir()
    with small_disk(small, "4m") as disk, MailServer() as mail:
        history = History()
        server = _server(folder, small, mail, options)
        set_clock(server, history, 0)
        try:
            server.start()
            sockets = _torture(server, disk, mail, history, options)
        finally:
            server.stop(timeout=30)
        history.letters = letter_parser.received(mail.letters)
        _add_unsent_letters(server, history)
    admins = frozenset(_emails(server)[:ADMINS])
    remind = tuple(round(seconds * 1000) for seconds in REMIND_SECONDS)
    checking = time.monotonic()
    found = checker.violations(history, Model(history.clock, HOLD_SECONDS * 1000, admins, remind))
    found += _tracebacks(server.log_lines)
    return Result(found, f"{_summary(history, sockets)}; checked in {time.monotonic() - checking:.0f} s")


def _server(folder: Path, small: Path, mail: MailServer, options: Options) -> Server:
    vms = [machine(name, group=GROUP_ID if name in MACHINES else None) for name in _machines(options)]
    groups = [{"id": GROUP_ID, "name": GROUP_NAME, "vm_ids": list(MACHINES)}]
    settings = {
        "LOADZONE_DATA": str(data_file(small, inventory(vms, groups))),
        "LOADZONE_ADMINS": ",".join([ADMIN, *(f"admin-{n}@example.com" for n in range(1, ADMINS))]),
        "LOADZONE_HOLD_MINUTES": str(HOLD_SECONDS / 60),
        "LOADZONE_REMIND_MINUTES": ",".join(str(seconds / 60) for seconds in REMIND_SECONDS),
        "TORTURE_CLOCK": str(folder / "clock"),
        "TORTURE_FAULT": options.fault,
    }
    return Server(small / "data.json", program="tests/torture/serve.py", **settings, **mail.settings)


def _torture(server: Server, disk, mail: MailServer, history: History, options: Options) -> SocketClients:
    random, stop = Random(options.seed), threading.Event()
    people = [Person(server, email).sign_in() for email in _emails(server)]
    reader = Person(server).sign_in()
    clients = [Client(person, _machines(options), history, Random(random.random()), stop) for person in people]
    sockets = SocketClients(Person(server).sign_in(), options.sockets, history, Random(random.random()))
    nemesis = Nemesis(server, disk, mail, history, Random(random.random()))
    for thread in (*clients, sockets):
        thread.start()
    try:
        _inject_faults(nemesis, options.seconds)
    finally:
        stop.set()
        for client in clients:
            client.join(30)
        sockets.stop()
    _compare_sockets(reader, sockets, history)
    _empty_outbox(server, reader, history)
    for person in (*people, reader, sockets.person):
        person.http.close()
    return sockets


def _tracebacks(lines: list[str]) -> list[str]:
    """Return each traceback in the log with some lines before and after it, for people."""
    starts = [number for number, line in enumerate(lines) if "Traceback" in line]
    return ["the server's log:\n    " + "\n    ".join(lines[max(0, n - 1) : n + 30]) for n in starts]


def _machines(options: Options) -> list[str]:
    return [*(f"vm-{number}" for number in range(options.machines)), *MACHINES]


def _emails(server: Server) -> list[str]:
    admins = server.settings["LOADZONE_ADMINS"].split(",")
    return admins + [f"client-{number}@example.com" for number in range(CLIENTS - len(admins))]


def _inject_faults(nemesis: Nemesis, seconds: float) -> None:
    """Inject faults for that long, heal everything, and let the clients go on for some more seconds."""
    end = time.monotonic() + seconds
    time.sleep(min(1, seconds))
    while time.monotonic() < end:
        nemesis.inject()
    nemesis.heal()
    time.sleep(QUIET_SECONDS)


def _compare_sockets(reader: Person, sockets: SocketClients, history: History) -> None:
    """Check that every socket has the server's board in the end.

    Bookings may end in between, so this is tried a few times.
    """
    wrong = ["no socket was left in the end"]
    for _ in range(20):
        state = read_board(reader, history)
        sockets.read_for(0.3)
        wrong = sockets.differences(state) if state else ["the board could not be read in the end"]
        if sockets.size and not wrong:
            break
    for sentence in wrong:
        history.add_anomaly(sentence)
    sockets.close()


def _empty_outbox(server: Server, reader: Person, history: History) -> None:
    """Restart the server, which ends the pauses between attempts, and wait until all letters from before are sent."""
    server.stop(timeout=30)
    history.add_server_end()
    server.start()
    read_board(reader, history)
    started = progress = time.monotonic()
    before: list[ReceivedLetter] = []
    while left := [one for one in letter_parser.in_outbox(_outbox(server)) if not _is_after(started, one, history)]:
        if len(left) != len(before):
            before, progress = left, time.monotonic()
        elif time.monotonic() > progress + 30:
            history.add_anomaly(f"no letters are sent any more: {len(left)} wait, the first of them {left[0]}")
            return
        time.sleep(0.1)


def _is_after(start: float, letter: ReceivedLetter, history: History) -> bool:
    return letter.created * 1000 > history.clock.span(start, start)[0]


def _outbox(server: Server) -> list[dict]:
    return server.stored().get("outbox", [])


def _add_unsent_letters(server: Server, history: History) -> None:
    """Add the letters that were left out or still wait: they were written, and so their cause has happened."""
    known = {(letter.id, letter.vm) for letter in history.letters}
    for letter in (*letter_parser.left_out(server.log_lines), *letter_parser.in_outbox(_outbox(server))):
        if (letter.id, letter.vm) not in known:
            known.add((letter.id, letter.vm))
            history.letters.append(letter)


def _summary(history: History, sockets: SocketClients) -> str:
    outcomes = {
        name: sum(op.outcome == name for op in history.operations) for name in ("ok", "refused", "failed", "unknown")
    }
    counted = ", ".join(f"{count} {name}" for name, count in outcomes.items())
    kinds = {name: sum(fault == name for _, fault in history.faults) for name in dict(history.faults).values()}
    return (
        f"{len(history.operations)} calls ({counted}), {len(history.board_reads)} reads, "
        f"{len(history.letters)} letters, {sockets.opened} sockets; faults: {kinds}"
    )
