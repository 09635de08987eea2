"""One run: sixteen clients and many sockets use real servers, faults are injected, the history is checked."""

import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from support.people import Person
from support.smtp import MailServer
from torture import checker, letter_parser
from torture.clients import Client, read_board
from torture.history import History, ReceivedLetter
from torture.model import Model
from torture.nodes import several_nodes
from torture.one_server import one_server
from torture.site import ADMIN_EMAILS, EMAILS, HOLD_SECONDS, REMIND_SECONDS, Faults, Options, Site, machine_names
from torture.socket_clients import SocketClients

QUIET_SECONDS = 3  # at the end, without faults


@dataclass(frozen=True)
class Result:
    """The violations that were found, and a line for people about what was done."""

    violations: list[str]
    summary: str


def run(options: Options, folder: Path) -> Result:
    """Run in an empty folder. All servers and everything that they used have ended when this returns."""
    history = History(several_nodes=options.nodes > 0)
    with MailServer() as mail, _site(folder, options, mail, history) as site:
        sockets = _torture(site, mail, history, options)
        outbox = site.outbox()
        history.acts = None if options.brief else site.acts()
    history.letters = letter_parser.received(mail.letters)
    history.copies = letter_parser.copies(mail.letters)
    _add_unsent_letters(outbox, site.log_lines, history)
    remind = tuple(round(seconds * 1000) for seconds in REMIND_SECONDS)
    checking = time.monotonic()
    model = Model(history.clock, HOLD_SECONDS * 1000, frozenset(ADMIN_EMAILS), remind)
    found = checker.violations(history, model) + _tracebacks(site.log_lines)
    return Result(found, f"{_summary(history, sockets)}; checked in {time.monotonic() - checking:.0f} s")


def _site(folder: Path, options: Options, mail: MailServer, history: History) -> AbstractContextManager[Site]:
    return (several_nodes if options.nodes else one_server)(folder, options, mail, history)


def _torture(site: Site, mail: MailServer, history: History, options: Options) -> SocketClients:
    random, stop = Random(options.seed), threading.Event()
    people = [Person(site, email).sign_in() for email in EMAILS]
    reader = Person(site).sign_in()
    clients = [Client(person, machine_names(options), history, Random(random.random()), stop) for person in people]
    sockets = SocketClients(Person(site).sign_in(), options.sockets, history, Random(random.random()))
    faults = site.faults(Random(random.random()), mail, history)
    for thread in (*clients, sockets):
        thread.start()
    try:
        _inject_faults(faults, options)
    finally:
        stop.set()
        for client in clients:
            client.join(30)
        sockets.stop()
    if not options.brief:
        _compare_sockets(reader, sockets, history)
        history.lines = {person.email: person.history() for person in people}
    sockets.close()
    if not options.brief:
        _empty_outbox(site, reader, history)
    for person in (*people, reader, sockets.person):
        person.http.close()
    return sockets


def _tracebacks(lines: list[str]) -> list[str]:
    """Return each traceback in the log with some lines before and after it, for people."""
    starts = [number for number, line in enumerate(lines) if "Traceback" in line]
    return ["the server's log:\n    " + "\n    ".join(lines[max(0, n - 1) : n + 30]) for n in starts]


def _inject_faults(faults: Faults, options: Options) -> None:
    """Inject faults for that long, heal everything, and let the clients go on for some more seconds."""
    end = time.monotonic() + options.seconds
    time.sleep(min(1, options.seconds))
    while time.monotonic() < end:
        faults.inject()
    faults.heal()
    time.sleep(0 if options.brief else QUIET_SECONDS)


def _compare_sockets(reader: Person, sockets: SocketClients, history: History) -> None:
    """Check that every socket has the server's board in the end, or comes to have it."""
    wrong = ["no socket was left in the end"]
    for _ in range(40):
        state = read_board(reader, history)
        sockets.read_for(0.3)
        wrong = sockets.differences(state) if state else ["the board could not be read in the end"]
        if sockets.size and not wrong:
            break
    for sentence in wrong:
        history.add_anomaly(sentence)


def _empty_outbox(site: Site, reader: Person, history: History) -> None:
    """Restart the servers, which ends the pauses between attempts, and wait until all letters from before are sent."""
    history.add_fault("restart of all")
    site.restart()
    read_board(reader, history)
    started = progress = time.monotonic()
    before: list[ReceivedLetter] = []
    while left := [one for one in letter_parser.in_outbox(site.outbox()) if not _is_after(started, one, history)]:
        if len(left) != len(before):
            before, progress = left, time.monotonic()
        elif time.monotonic() > progress + 30:
            history.add_anomaly(f"no letters are sent any more: {len(left)} wait, the first of them {left[0]}")
            return
        time.sleep(0.1)


def _is_after(start: float, letter: ReceivedLetter, history: History) -> bool:
    return letter.created * 1000 > history.clock.span(start, start)[0]


def _add_unsent_letters(outbox: list[dict], log_lines: list[str], history: History) -> None:
    """Add the letters that were left out or still wait: they were written, and so their cause has happened."""
    known = {(letter.id, letter.vm) for letter in history.letters}
    for letter in (*letter_parser.left_out(log_lines), *letter_parser.in_outbox(outbox)):
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
        f"{len(history.letters)} letters, {len(history.acts.lines) if history.acts else 0} lines of the history, "
        f"{sockets.opened} sockets; faults: {kinds}"
    )
