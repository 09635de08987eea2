"""loadzone: book shared machines from the command line, and run commands on them. Try `loadzone --help`.

The standard library alone, Python 3.8 and later. Get it from your own server:
curl http://loadzone.local/cli -o loadzone && chmod +x loadzone
"""

from __future__ import annotations

import argparse
import getpass
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess  # nosec B404
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import datetime
from typing import Any

from loadzone_cli import __version__

OK, REFUSED, USAGE, NOT_FREE, NOT_SIGNED_IN, UNREACHABLE = 0, 1, 2, 3, 4, 5
# What `run` ends with by itself, as `timeout` and `env` do, so that the command's own statuses stay its own.
NONE_IN_TIME, FAILED, NOT_EXECUTABLE, NOT_FOUND = 124, 125, 126, 127

TAKEN = {"not_enough_free", "vm_taken", "vm_held", "in_maintenance"}  # refusals that waiting may cure
# The booking or the place is over, or another's.
GONE = {"not_booked", "not_allowed", "not_in_queue", "no_such_vm", "no_such_group"}
ANSWER_SECONDS = 20  # how long an answer may take
POLL_SECONDS = 2  # between two looks at the board while waiting, and up to one more
JOIN_SECONDS = 60  # between two signs of life in the queue
RETRY_SECONDS = 5  # between two tries while the server is away
LOST_SECONDS = 15  # how long a booking whose answer was lost is looked for
RELEASE_SECONDS = 60  # how long a release is tried while the server is away
LEAST_HOURS = 0.0001  # what the server takes for a length
RENEW_SECONDS = 600  # a booking is renewed when so little is left of it, or a quarter of its hours


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # what the terminal cannot show shall not end the command
    args = arguments(sys.argv[1:])
    try:
        status = args.act(args)
        sys.stdout.flush()
        return status
    except Trouble as trouble:
        say(trouble.text)
        return trouble.status
    except (KeyboardInterrupt, EOFError):
        return 128 + signal.SIGINT
    except BrokenPipeError:  # as in `loadzone list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE


class Trouble(Exception):
    """What ends the command: a sentence for people, and the exit status."""

    def __init__(self, text: str, status: int = REFUSED) -> None:
        super().__init__(text)
        self.text, self.status = text, status


class Refused(Trouble):
    """The server said no: its sentence, its stable `code`, and the `facts` that came with them."""

    def __init__(self, http_status: int, facts: dict[str, Any]) -> None:
        self.code, self.facts = facts["code"], facts
        status = NOT_SIGNED_IN if http_status == 401 else NOT_FREE if self.code in TAKEN else REFUSED
        super().__init__(facts["error"], status)


class Away(Trouble):
    """The server cannot be reached, or cannot serve just now. Whether it did what was asked is not known."""

    def __init__(self, text: str) -> None:
        super().__init__(text, UNREACHABLE)


class Stopped(BaseException):
    """A signal came while we waited. No `except Exception` on the way may keep it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


# What is asked


def arguments(argv: list[str]) -> argparse.Namespace:
    """What the command line asks for; `act` does it."""
    command: list[str] = []
    if argv[:1] == ["run"] and "--" in argv:
        cut = argv.index("--")
        argv, command = argv[:cut], argv[cut + 1 :]
    argparse._ = lambda text: ARGPARSE_RU.get(text, text) if RUSSIAN else text  # its own few words
    parser = Parser(prog="loadzone", description=t("help"), epilog=t("help.after"))
    parser.add_argument("--version", action="version", version=f"loadzone {__version__}", help=t("help.version"))
    add = commands(parser.add_subparsers(metavar=t("help.command"), required=True))
    add_commands(add)
    add_queue(add("queue", queue))
    add_run(add("run", run))
    args = parser.parse_args(argv)
    args.command = command
    return args


def commands(subparsers: Any) -> Callable[..., Parser]:
    """A function that adds one command by its name and what does it."""

    def add(name: str, act: Callable[[argparse.Namespace], int], **more: Any) -> Parser:
        about = t(f"help.{act.__name__}")
        parser = subparsers.add_parser(name, help=about, description=about, **more)
        parser.add_argument("--ca", metavar="FILE", default=argparse.SUPPRESS, help=t("help.ca"))
        parser.set_defaults(act=act)
        return parser

    return add


def add_commands(add: Callable[..., Parser]) -> None:
    parser = add("login", login)
    parser.add_argument("--url", help=t("help.url"))
    parser.add_argument("--token-stdin", action="store_true", help=t("help.token_stdin"))
    parser = add("list", list_machines)
    parser.add_argument("--free", action="store_true", help=t("help.free"))
    parser.add_argument("--group", metavar="G", help=t("help.in_group"))
    parser.add_argument("--json", action="store_true", help=t("help.json"))
    parser = add("book", book)
    add_place(parser, "vm", metavar="VM", nargs="?")
    add_several(parser)
    add_hours(parser)
    parser.add_argument("--note", default="", help=t("help.note"))
    parser.add_argument("--json", action="store_true", help=t("help.json"))
    parser = add("renew", renew)
    parser.add_argument("vm", metavar="VM", help=t("help.vm"))
    add_hours(parser)
    parser = add("release", release)
    parser.add_argument("vms", metavar="VM", nargs="+", help=t("help.vm"))


def add_queue(parser: Parser) -> None:
    add = commands(parser.add_subparsers(metavar=t("help.command")))
    join = add("join", queue_join)
    add_place(join, "vm", metavar="VM", nargs="?")
    join.add_argument("--count", type=whole_number, default=1, metavar="N", help=t("help.count"))
    add_hours(join)
    join.add_argument("--auto", action="store_true", help=t("help.auto"))
    add_place(add("leave", queue_leave), "vm", metavar="VM", nargs="?")


def add_run(parser: Parser) -> None:
    parser.usage = "loadzone run (--vm VM | --group G [--count N] [--tag T]...) --hours H [--wait 30m] -- COMMAND..."
    parser.epilog, parser.failure = t("help.run.after"), FAILED
    add_place(parser, "--vm", metavar="VM")
    add_several(parser)
    add_hours(parser)
    parser.add_argument("--wait", type=duration, metavar="30m", help=t("help.wait"))
    parser.add_argument("--note", default="", help=t("help.note"))
    parser.add_argument("--heartbeat", type=positive, default=10, metavar="MINUTES", help=t("help.heartbeat"))


def add_place(parser: Parser, name: str, **vm: Any) -> None:
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument(name, help=t("help.vm"), **vm)
    place.add_argument("--group", metavar="G", help=t("help.group"))


def add_several(parser: Parser) -> None:
    parser.add_argument("--count", type=whole_number, default=1, metavar="N", help=t("help.count"))
    parser.add_argument("--tag", action="append", default=[], metavar="T", dest="tags", help=t("help.tag"))


def add_hours(parser: Parser) -> None:
    parser.add_argument("--hours", type=positive, required=True, metavar="H", help=t("help.hours"))


class Parser(argparse.ArgumentParser):
    """Keeps the lines of its texts as they are; ends with `failure` where it was used in a wrong way."""

    failure = USAGE

    def __init__(self, **more: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **more)

    def error(self, message: str) -> Any:
        self.print_usage(sys.stderr)
        self.exit(self.failure, f"loadzone: {message}\n")


def positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(t("bad.number", text=text))
    return number


def whole_number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(t("bad.number", text=text))
    return int(text)


def duration(text: str) -> float:
    """Seconds, of `90s`, `30m`, `1.5h` or `1d`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if not found:
        raise argparse.ArgumentTypeError(t("bad.duration", text=text))
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


# What is done


def login(args: argparse.Namespace) -> int:
    saved = read_config()
    if not args.token_stdin and not sys.stdin.isatty():
        raise Trouble(t("login.no_terminal"), USAGE)
    url = args.url or os.environ.get("LOADZONE_URL") or ("" if args.token_stdin else ask_url(saved.get("url", "")))
    token = sys.stdin.readline() if args.token_stdin else getpass.getpass(t("login.token"))
    ca = chosen_ca(args) or saved.get("ca")
    server = Server(url, token.strip(), ca)
    email = server.email()
    path = write_config({"url": server.url, "token": token.strip(), **({"ca": os.path.abspath(ca)} if ca else {})})
    print(t("login.done", email=email, url=server.url, path=path))
    return OK


def ask_url(known: str) -> str:
    return input(t("login.url") + (f" [{known}]" if known else "") + ": ").strip() or known


def list_machines(args: argparse.Namespace) -> int:
    server = connect(args)
    board, email = server.board(), server.email()
    group = find_group(board, args.group)["id"] if args.group else None
    vms = [vm for vm in board["vms"] if group is None or vm["group"] == group]
    vms = [vm for vm in vms if not args.free or can_be_had(vm, email)]
    if args.json:
        print_json(vms)
    else:
        print_table(board, vms)
    return OK


def book(args: argparse.Namespace) -> int:
    server = connect(args)
    vms = server.book({**place_of(server, args), **several(args), "hours": args.hours, "note": args.note})
    if args.json:
        print_json(vms)
    else:
        for vm in vms:
            print(t("until", vm=plain(vm["id"]), address=address(vm), until=local(vm["expires_at"])))
    return OK


def renew(args: argparse.Namespace) -> int:
    vm = connect(args).call("/renew", {"vm_id": args.vm, "hours": args.hours})
    print(t("until", vm=plain(vm["id"]), address=address(vm), until=local(vm["expires_at"])))
    return OK


def release(args: argparse.Namespace) -> int:
    """Each is tried; the status is that of the first that failed."""
    server, status = connect(args), OK
    for vm_id in args.vms:
        try:
            server.call("/cancel", {"vm_id": vm_id})
            print(t("released", vm=plain(vm_id)))
        except Refused as no:
            say(no.text)
            status = status or no.status
    return status


def queue(args: argparse.Namespace) -> int:
    server = connect(args)
    board, email = server.board(), server.email()
    for place in board["groups"] + board["vms"]:
        for position, waiter in enumerate(place["queue"], 1):
            if waiter["email"] == email:
                name = t("group", name=place["name"]) if "name" in place else place["id"]
                about = {"position": position, "of": len(place["queue"]), "hours": f"{waiter['hours']:g}"}
                print(t("queue.place", place=plain(name), since=local(waiter["since"]), **about))
    for vm in board["vms"]:
        if vm["state"] == "held" and vm["held_for"] == email:
            print(f"{plain(vm['id'])}: {state_of(vm)}")
    return OK


def queue_join(args: argparse.Namespace) -> int:
    server = connect(args)
    wish = {**place_of(server, args), **several(args), "hours": args.hours, "auto": args.auto}
    answer = server.call("/queue/join", wish)
    print(t("queue.joined", position=answer["position"]) if answer["position"] else t("queue.now"))
    return OK


def queue_leave(args: argparse.Namespace) -> int:
    server = connect(args)
    server.call("/queue/leave", place_of(server, args))
    print(t("queue.left"))
    return OK


def place_of(server: Server, args: argparse.Namespace) -> dict[str, Any]:
    """The machine or the group that the arguments name, as the server's calls take it."""
    if not args.vm:
        return {"group_id": find_group(server.board(), args.group)["id"]}
    if several(args):
        raise Trouble(t("bad.one_vm"), USAGE)
    return {"vm_id": args.vm}


def several(args: argparse.Namespace) -> dict[str, Any]:
    """How many of a group, and with which tags, where that is asked for."""
    count, tags = getattr(args, "count", 1), getattr(args, "tags", [])
    return {**({"count": count} if count > 1 else {}), **({"tags": tags} if tags else {})}


def find_group(board: dict[str, Any], name: str) -> dict[str, Any]:
    """The group of this name, case aside, or of this id."""
    groups = board["groups"]
    found = [group for group in groups if group["name"].casefold() == name.strip().casefold()]
    found = found or [group for group in groups if str(group["id"]) == name]
    if not found:
        names = ", ".join(plain(group["name"]) for group in groups)
        raise Trouble(t("no_group", name=plain(name), names=names or "-"))
    return found[0]


def can_be_had(vm: dict[str, Any], email: str) -> bool:
    """Whether it stands free, or is kept for this very person."""
    return vm["state"] == "free" or (vm["state"] == "held" and vm["held_for"] == email)


# Running a command on booked machines


def run(args: argparse.Namespace) -> int:
    try:
        if not args.command:
            raise Trouble(t("run.no_command"))
        if not shutil.which(args.command[0]):
            raise cannot_run(args.command[0], NOT_EXECUTABLE if os.path.exists(args.command[0]) else NOT_FOUND)
        server = connect(args)
        return Job(server, args, place_of(server, args)).run()
    except Stopped as stopped:
        say(t("run.stopped"))
        return 128 + stopped.signum
    except Trouble as trouble:
        trouble.status = {NOT_FREE: NONE_IN_TIME, NOT_EXECUTABLE: NOT_EXECUTABLE, NOT_FOUND: NOT_FOUND}.get(
            trouble.status, FAILED
        )
        raise


def cannot_run(command: str, status: int) -> Trouble:
    return Trouble(t("run.cannot", command=command), status)


class Job:
    """One command and the machines booked for it: booked before it, kept while it runs, released after it."""

    def __init__(self, server: Server, args: argparse.Namespace, place: dict[str, Any]) -> None:
        self.server, self.command = server, args.command
        self.waits = args.wait is not None
        self.gives_up = time.monotonic() + (args.wait if self.waits else LOST_SECONDS)
        # A few milliseconds make the length of the booking this job's own. So it finds the booking on the board where
        # the answer got lost on the way, however many jobs share one person's token.
        length = max(1, round(args.hours * 3_600_000))
        self.mark = length - secrets.randbelow(min(1000, length))
        self.heartbeat = args.heartbeat
        self.request = {**place, **several(args), "hours": self.mark / 3_600_000, "note": args.note}
        self.unsure = False  # whether a booking may have been made that we have not heard of
        self.place = Place(server, args, place)
        self.leases = Leases(server, args)
        self.hurry = False  # whether a signal wants us to end without further ado
        self.on_signal: Callable[[int], None] = self._stop

    def run(self) -> int:
        """The command's own exit status, as a shell would give it."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            if signal.getsignal(signum) is not signal.SIG_IGN:  # as under nohup
                signal.signal(signum, lambda received, _: self.on_signal(received))
        try:
            self.server.email()
            return self._run_command(self._obtain())
        finally:
            self.on_signal = self._hurry
            self._clean_up()

    def _stop(self, signum: int) -> None:
        self.on_signal = self._hurry
        raise Stopped(signum)

    def _hurry(self, _: int) -> None:
        self.hurry = True

    # before

    def _obtain(self) -> list[dict[str, Any]]:
        """The machines, once they are ours. Trouble where there are none and no time to wait."""
        while True:
            try:
                vms = self._try()
                tell_away(None)
                if vms:
                    self.leases.begin(vms)
                    self.unsure = False  # from here on, what looks like ours may be another job's
                    self.place.settle()
                    return vms
                self._pause(Trouble(t("run.gave_up"), NOT_FREE))
            except Away as away:
                if not self.waits and not self.unsure:
                    raise
                self._pause(away)

    def _try(self) -> list[dict[str, Any]]:
        """The machines, where they can be booked now, or were by a call whose answer was lost; else waits in line."""
        board = self.server.board()
        self.place.look(board)
        vms = self._of_lost_answer(board)
        if not vms and (not self.waits or self.place.can_book(board)):
            vms = self._book()
        if not vms and self.place.wait_in_queue(board):
            vms = self._book()
        return vms

    def _book(self) -> list[dict[str, Any]]:
        """The machines; none where others have them and there is time to wait."""
        unsure_before, self.unsure = self.unsure, True
        try:
            return self.server.book({**self.request, "heartbeat_minutes": self.heartbeat})
        except Refused as no:
            self.unsure = unsure_before
            if not self.waits or no.code not in TAKEN:
                raise
            return []

    def _of_lost_answer(self, board: dict[str, Any]) -> list[dict[str, Any]]:
        """What a call of ours booked without our having been told."""
        if not self.unsure:
            return []
        ours = [vm for vm in board["vms"] if vm["booked_by"] == self.server.email()]
        return [vm for vm in ours if vm["id"] not in self.leases.booked and self._is_marked(vm)]

    def _is_marked(self, vm: dict[str, Any]) -> bool:
        return round(length(vm) * 1000) == self.mark and vm["heartbeat_minutes"] == self.heartbeat

    def _pause(self, otherwise: Trouble) -> None:
        """Until the next look at the board; where the time to wait is over, raises `otherwise`."""
        left = self.gives_up - time.monotonic()
        if left <= 0:
            raise otherwise
        if isinstance(otherwise, Away):
            tell_away(otherwise)
        time.sleep(min(left, POLL_SECONDS + secrets.randbelow(1000) / 1000))

    # during

    def _run_command(self, vms: list[dict[str, Any]]) -> int:
        say(t("run.begin", vms=", ".join(vm["id"] for vm in vms), until=local(vms[0]["expires_at"])))
        early: list[int] = []
        self.on_signal = early.append
        # At a terminal the command stays in our group: it may read, and Ctrl-C reaches it without us. Elsewhere it
        # gets a group of its own, so that a signal reaches all that it started.
        shared = in_foreground()
        try:
            environment = {**os.environ, **variables(vms)}
            own_group = None if shared else os.setpgrp
            process = subprocess.Popen(self.command, env=environment, preexec_fn=own_group)  # nosec B603
        except OSError as error:
            status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            raise cannot_run(self.command[0], status) from None
        self.on_signal = lambda signum: pass_on(signum, process, shared)
        for signum in early:
            self.on_signal(signum)
        self.leases.keep(vms)
        status = process.wait()
        return 128 - status if status < 0 else status

    # after

    def _clean_up(self) -> None:
        """Releases what was booked and leaves the queue, trying for a while where the server is away."""
        self.leases.done.set()
        deadline = time.monotonic() + RELEASE_SECONDS
        while self.leases.booked or self.place.joined or self.unsure:
            try:
                board = self.server.board()
                self.leases.release(board, self._of_lost_answer(board))
                self.place.leave(board)
                return
            except Trouble as trouble:
                if not isinstance(trouble, Away) or time.monotonic() > deadline or self.hurry:
                    say(t("run.not_released", text=trouble.text, minutes=f"{self.heartbeat:g}"))
                    return
                tell_away(trouble)
                again = time.monotonic() + RETRY_SECONDS
                while time.monotonic() < again and not self.hurry:
                    time.sleep(0.1)  # an Event would be the wrong thing here: a signal could find its lock held


class Place:
    """The place in the queue of a machine or a group. People have one in each, so a person's jobs may share it."""

    def __init__(self, server: Server, args: argparse.Namespace, place: dict[str, Any]) -> None:
        self.server, self.place, self.count = server, place, args.count
        self.tags = {tag.casefold() for tag in args.tags}
        self.joined = False  # whether the place is there because of this job
        self._since = ""  # tells this place from one that another job made later
        self._wish = {**place, "hours": args.hours, "heartbeat_minutes": args.heartbeat}
        if args.count > 1:
            self._wish["count"] = args.count
        self._every = min(JOIN_SECONDS, args.heartbeat * 60 / 4)
        self._next_sign = 0.0

    def can_book(self, board: dict[str, Any]) -> bool:
        """Whether the board shows enough machines that stand free or are kept for us."""
        vms = self._candidates(board)
        if self.tags and len(vms) < self.count:  # without tags the queue knows
            raise Trouble(t("run.too_few", n=len(vms)), NOT_FREE)
        return len([vm for vm in vms if can_be_had(vm, self.server.email())]) >= self.count

    def wait_in_queue(self, board: dict[str, Any]) -> bool:
        """Joins, or gives a sign of life, and tells the place. Whether our turn came by that."""
        if self.tags:  # a queue knows no tags
            say_new("place", t("run.waiting_free"))
            return False
        kept = [vm for vm in self._candidates(board) if vm["held_for"] == self.server.email()]
        waiting = [waiter["email"] for waiter in self._queue(board)]
        if self.server.email() in waiting:
            say_new("place", t("run.place", position=waiting.index(self.server.email()) + 1))
        elif not kept:
            self._next_sign = 0
        return time.monotonic() >= self._next_sign and self._give_sign()

    def look(self, board: dict[str, Any]) -> None:
        """Learns whether the place on the board is still the one this job made."""
        mine = [waiter["since"] for waiter in self._queue(board) if waiter["email"] == self.server.email()]
        if self.joined and mine:
            self._since = self._since or mine[0]
            self.joined = self._since == mine[0]

    def settle(self) -> None:
        """Once booked: where the booking did not use the place up, gives it up."""
        try:
            board = self.server.board() if self.joined else {"vms": [], "groups": []}
            if self._since in [waiter["since"] for waiter in self._queue(board)]:
                self.leave(board)
        except Trouble:  # without signs of life it ends by itself
            pass
        self.joined = False

    def leave(self, board: dict[str, Any]) -> None:
        """Gives up what is there because of this job; another job's place is left alone."""
        self.look(board)
        if self.joined:
            self.server.unless(GONE, "/queue/leave", self.place)
        self.joined = False

    def _give_sign(self) -> bool:
        self._next_sign = time.monotonic() + self._every
        try:
            answer = self.server.call("/queue/join", self._wish)
        except Refused as no:
            if no.code != "queue_full":
                raise
            say_new("place", no.text)
            return False
        if answer["status"] == "ok":
            self.joined, self._since = True, ""
        return answer["position"] == 0

    def _candidates(self, board: dict[str, Any]) -> list[dict[str, Any]]:
        vms = [vm for vm in board["vms"] if self.place in ({"vm_id": vm["id"]}, {"group_id": vm["group"]})]
        return [vm for vm in vms if self.tags <= {tag.casefold() for tag in vm["tags"]}]

    def _queue(self, board: dict[str, Any]) -> list[dict[str, Any]]:
        [(kind, place_id)] = self.place.items()
        places = board["vms"] if kind == "vm_id" else board["groups"]
        return next((place["queue"] for place in places if place["id"] == place_id), [])


class Leases:
    """The bookings of a job: signs of life and renewals while its command runs, in a thread of their own."""

    def __init__(self, server: Server, args: argparse.Namespace) -> None:
        self.server, self.hours = server, args.hours
        self.booked: dict[str, str] = {}  # machines and when they were booked: that tells this booking from a later one
        self.done = threading.Event()
        self._begun = 0.0
        self._beat = args.heartbeat * 60 / 4
        self._margin = min(RENEW_SECONDS, args.hours * 3600 / 4)

    def begin(self, vms: list[dict[str, Any]]) -> None:
        self.booked = {vm["id"]: vm["booked_at"] for vm in vms}
        self._begun = time.monotonic()

    def keep(self, vms: list[dict[str, Any]]) -> None:
        threading.Thread(target=self._keep, args=(self._next_round(vms),), daemon=True).start()

    def release(self, board: dict[str, Any], more: list[dict[str, Any]]) -> None:
        """What is still ours, by this booking and no other; `more` are those we did not know of."""
        for vm in self._ours(board) + more:
            self.server.unless(GONE, "/cancel", {"vm_id": vm["id"]})
        self.booked = {}

    def _keep(self, pause: float) -> None:
        while not self.done.wait(pause):
            try:
                pause = self._next_round(self._look_after())
                tell_away(None)
            except Away as away:
                tell_away(away)
                pause = min(self._beat, RETRY_SECONDS)
            except Trouble as trouble:
                say_new("keep", trouble.text)
                pause = self._beat

    def _look_after(self) -> list[dict[str, Any]]:
        """One round: what was lost is told, the rest given a sign of life, and renewed where its end is near."""
        vms = self._ours(self.server.board())
        if self.done.is_set() or not self.booked:
            return []
        for vm_id in set(self.booked) - {vm["id"] for vm in vms}:
            say(t("run.lost", vm=vm_id))
            del self.booked[vm_id]
        self.server.unless(GONE, "/heartbeat", {"vm_ids": [vm["id"] for vm in vms]})
        return [self._renew(vm, self.hours) if self._left(vm) < self._margin else vm for vm in vms]

    def _renew(self, vm: dict[str, Any], hours: float) -> dict[str, Any]:
        """The machine, with a later end where the rules allow it. Naming the end that is meant, it counts once."""
        try:
            vm = self.server.call("/renew", {"vm_id": vm["id"], "hours": hours, "expires_at": vm["expires_at"]})
            say(t("run.renewed", vm=vm["id"], until=local(vm["expires_at"])))
        except Refused as no:
            if no.code == "too_far_ahead":
                possible = (instant(no.facts["latest"]) - instant(vm["expires_at"])).total_seconds() / 3600
                return self._renew(vm, possible) if LEAST_HOURS <= possible < hours else vm
            if no.code not in GONE | {"changed"}:  # the next round tells
                text = t("run.others_wait", vm=vm["id"], until=local(vm["expires_at"]))
                say_new(vm["id"], text if no.code == "others_wait" else no.text)
        return vm

    def _ours(self, board: dict[str, Any]) -> list[dict[str, Any]]:
        ours = [vm for vm in board["vms"] if vm["booked_by"] == self.server.email()]
        return [vm for vm in ours if vm["booked_at"] == self.booked.get(vm["id"])]

    def _next_round(self, vms: list[dict[str, Any]]) -> float:
        """Seconds until a sign of life is due, or a renewal."""
        due = [self._left(vm) - self._margin for vm in vms]
        return min([self._beat, *(seconds for seconds in due if seconds > 0)])

    def _left(self, vm: dict[str, Any]) -> float:
        """Seconds until its end, by the clock that never jumps: the server's and ours need not agree."""
        return length(vm) - (time.monotonic() - self._begun)


def variables(vms: list[dict[str, Any]]) -> dict[str, str]:
    """What the command finds in its environment."""
    shown = [{key: vm[key] for key in ("id", "external_ip", "internal_ip")} for vm in vms]
    everything = json.dumps(shown, ensure_ascii=False)
    return {"LOADZONE_VM": vms[0]["id"], "LOADZONE_VM_IP": address(vms[0]), "LOADZONE_VMS": everything}


def in_foreground() -> bool:
    """Whether a terminal's keys send their signals to us and to those we start."""
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def pass_on(signum: int, process: subprocess.Popen, shared_group: bool) -> None:
    """Hands a signal to the command, and to all of its group where that is its own."""
    try:
        if not shared_group:
            os.killpg(process.pid, signum)
        elif signum != signal.SIGINT:  # that came from the keys
            os.kill(process.pid, signum)
    except ProcessLookupError:  # it has just ended
        pass


# The server


class Server:
    """The calls to one LoadZone, with one token. Trouble says what went wrong."""

    def __init__(self, url: str, token: str, ca: str | None = None) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
            raise Trouble(t("bad.url", url=plain(url.rpartition("@")[2])), USAGE)
        if not token:
            raise Trouble(t("no_token", url=plain(url)), NOT_SIGNED_IN)
        if not re.fullmatch(r"[!-~]+", token):
            raise Trouble(t("bad.token"), NOT_SIGNED_IN)
        self.url = url.rstrip("/")
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Accept-Language": "ru" if RUSSIAN else "en",
            "User-Agent": f"loadzone/{__version__}",
        }
        self._opener = urllib.request.build_opener(NoRedirects, urllib.request.HTTPSHandler(context=trusting(ca)))
        self._email = ""
        self._seen: tuple[str, dict[str, Any]] = ("", {})  # the board with its ETag; threads take both at once

    def email(self) -> str:
        """Whose token it is."""
        if not self._email:
            me = self.call("/me")
            if "authenticated" not in me:
                raise Trouble(t("not_loadzone", url=self.url), UNREACHABLE)
            self._email = me["email"]
        return self._email

    def board(self) -> dict[str, Any]:
        """All machines and groups, fetched only where something changed."""
        etag, board = self._seen
        answer = self._open(urllib.request.Request(self.url + "/vms", headers={"If-None-Match": etag} if etag else {}))
        if answer:
            headers, board = answer
            self._seen = headers.get("ETag", ""), board
        return board

    def book(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.call("/book", request)
        return answer["vms"] if "group_id" in request else [answer]

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer's JSON; with a body it is a POST."""
        request = urllib.request.Request(self.url + path)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        return self._open(request)[1]

    def unless(self, codes: set[str], path: str, body: dict[str, Any]) -> None:
        """A call that may be refused for these reasons: there was nothing left to do."""
        try:
            self.call(path, body)
        except Refused as no:
            if no.code not in codes:
                raise

    def _open(self, request: urllib.request.Request) -> Any:
        """The headers and the JSON of the answer; None where nothing has changed."""
        for name, value in self._headers.items():
            request.add_header(name, value)
        try:
            with self._opener.open(request, timeout=ANSWER_SECONDS) as answer:
                headers, content = answer.headers, parsed(answer.read())
        except urllib.error.HTTPError as error:
            return self._no(error)
        except (OSError, http.client.HTTPException) as error:
            raise Away(self._why(error)) from None
        if not content:
            raise Trouble(t("not_loadzone", url=self.url), UNREACHABLE)
        return headers, content

    def _no(self, error: urllib.error.HTTPError) -> None:
        with error:
            if error.code == 304:
                return
            if 300 <= error.code < 400:
                there = plain(error.headers.get("Location", "?"))
                raise Trouble(t("redirected", url=self.url, there=there), UNREACHABLE)
            try:
                facts = parsed(error.read())
            except (OSError, http.client.HTTPException):
                facts = None
        if error.code >= 500 or error.code == 429:
            raise Away(facts["error"] if facts and "error" in facts else t("http", url=self.url, status=error.code))
        if not facts or "code" not in facts or "error" not in facts:
            raise Trouble(t("http", url=self.url, status=error.code), UNREACHABLE)
        raise Refused(error.code, facts)

    def _why(self, error: Exception) -> str:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            return t("untrusted", url=self.url, why=reason.verify_message)
        return t("away", url=self.url, why=plain(str(reason) or type(reason).__name__))


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is not followed: the token must not go anywhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def trusting(ca: str | None) -> ssl.SSLContext:
    """TLS that trusts what the system trusts (SSL_CERT_FILE), and the certificates of the file `ca`."""
    try:
        context = ssl.create_default_context()
        if ca:
            context.load_verify_locations(ca)
        return context
    except (OSError, ssl.SSLError) as error:
        raise Trouble(t("bad.ca", file=ca, why=error.strerror or error), USAGE) from None


def parsed(content: bytes) -> Any:
    """The JSON object that every answer is; None for anything else."""
    try:
        value = json.loads(content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


# What is remembered


def connect(args: argparse.Namespace) -> Server:
    """The server that the environment names, else the saved one."""
    saved = read_config()
    url = os.environ.get("LOADZONE_URL") or saved.get("url")
    if not url:
        raise Trouble(t("no_server"), NOT_SIGNED_IN)
    known = saved if url.rstrip("/") == saved.get("url") else {}  # a saved token is for the server it was saved for
    token = os.environ.get("LOADZONE_TOKEN") or known.get("token", "")
    return Server(url, token.strip(), chosen_ca(args) or known.get("ca"))


def chosen_ca(args: argparse.Namespace) -> str | None:
    return getattr(args, "ca", None) or os.environ.get("LOADZONE_CA")


def config_path() -> str:
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(folder, "loadzone", "config.json")


def read_config() -> dict[str, str]:
    try:
        with open(config_path(), encoding="utf-8") as file:
            saved = json.load(file)
        return {key: value for key, value in saved.items() if isinstance(value, str)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise Trouble(t("bad.config", path=config_path(), why=error), NOT_SIGNED_IN) from None


def write_config(config: dict[str, str]) -> str:
    """Readable by oneself alone, from its first moment. The path."""
    path = config_path()
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chmod(folder, 0o700)
        handle, temporary = tempfile.mkstemp(dir=folder)  # mode 0600
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1)
        os.replace(temporary, path)
    except OSError as error:
        raise Trouble(t("bad.config", path=path, why=error.strerror)) from None
    return path


# What is shown


def say(text: str) -> None:
    """One line for people. Standard output belongs to answers, and under `run` to the command."""
    try:
        print(f"loadzone: {plain(text)}", file=sys.stderr, flush=True)
    except OSError:  # nobody reads any more; that shall not end a job
        pass


def say_new(topic: str, text: str) -> None:
    """Says what differs from what was said last on this topic."""
    if SAID.get(topic) != text:
        SAID[topic] = text
        say(text)


def tell_away(away: Trouble | None) -> None:
    """Says once that the server is away and once that it is back (None), in the middle of what goes on."""
    if away:
        say_new("server", t("run.away", text=away.text))
    elif SAID.pop("server", None):
        say(t("run.back"))


SAID: dict[str, str] = {}


def print_json(vms: list[dict[str, Any]]) -> None:
    print(json.dumps(vms, ensure_ascii=False, indent=2))


def print_table(board: dict[str, Any], vms: list[dict[str, Any]]) -> None:
    names = {group["id"]: group["name"] for group in board["groups"]}
    rows = [[t(f"head.{column}") for column in ("machine", "group", "address", "tags", "state")]]
    for vm in vms:
        cells = (vm["id"], names.get(vm["group"]), address(vm), ",".join(vm["tags"]), state_of(vm))
        rows.append([plain(cell or "-") for cell in cells])
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for number, row in enumerate(rows):
        line = "  ".join(cell.ljust(widths[column]) for column, cell in enumerate(row)).rstrip()
        print(paint(line, COLOURS[vms[number - 1]["state"]] if number else "1"))


COLOURS = {"free": "32", "booked": "31", "held": "33", "maintenance": "2"}


def paint(text: str, colour: str) -> str:
    """In colour on a terminal, unless NO_COLOR says no."""
    return f"\033[{colour}m{text}\033[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def state_of(vm: dict[str, Any]) -> str:
    state = vm["state"]
    if state == "booked":
        who = vm["booked_by"] + (t("via", name=vm["via"]) if vm["via"] else "")
        text = t("state.booked", who=who, until=local(vm["expires_at"])) + (f": {vm['note']}" if vm["note"] else "")
    elif state == "held" and vm["held_until"]:
        text = t("state.held", who=vm["held_for"], until=local(vm["held_until"]))
    elif state == "held":
        text = t("state.kept", who=vm["held_for"])
    else:
        text = t(f"state.{state}") + (f": {vm['maintenance']}" if vm["maintenance"] else "")
    return plain(text + (f", {t('waiting', n=len(vm['queue']))}" if vm["queue"] else ""))


def address(vm: dict[str, Any]) -> str:
    return vm["external_ip"] or vm["internal_ip"] or ""


def plain(text: str) -> str:
    """Without characters that could move the cursor or colour the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def local(moment: str) -> str:
    """`2026-11-24 14:15 CET`: the local time, with its zone."""
    return instant(moment).astimezone().strftime("%Y-%m-%d %H:%M %Z")


def length(vm: dict[str, Any]) -> float:
    """Seconds from the beginning of its booking to the end."""
    return (instant(vm["expires_at"]) - instant(vm["booked_at"])).total_seconds()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# What is said: in Russian where the locale is Russian, else in English. Of forms with `|` the number `n` chooses one.

RUSSIAN = next((v for v in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "").startswith("ru")


def t(key: str, **values: Any) -> str:
    text = TEXTS[key][RUSSIAN]
    if "n" in values:
        text = text.split("|")[plural_ru(values["n"]) if RUSSIAN else values["n"] != 1]
    return text.format(**values) if values else text


def plural_ru(n: int) -> int:
    """0 as for 1, 1 as for 2, 2 as for 5."""
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


TEXTS = {
    "help": (
        "Book shared machines, and run commands on them.",
        "Бронирует общие машины и запускает на них команды.",
    ),
    "help.after": (
        """\
environment:
  LOADZONE_URL, LOADZONE_TOKEN   the server and the token; they go before what `loadzone login` saved
  LOADZONE_CA                    a file with the certificates of a private CA, as --ca
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE, NO_COLOR, LANG   as usual

exit status:
  0  done
  1  the server refused
  2  wrong usage
  3  too few are free: taken, held for somebody else, in maintenance
  4  not signed in: no token, or not a good one
  5  the server cannot be reached
`loadzone run` has its own, see `loadzone run --help`.""",
        """\
окружение:
  LOADZONE_URL, LOADZONE_TOKEN   сервер и токен; они важнее того, что сохранил `loadzone login`
  LOADZONE_CA                    файл с сертификатами своего центра сертификации, как --ca
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE, NO_COLOR, LANG   как обычно

код завершения:
  0  сделано
  1  сервер отказал
  2  неверный вызов
  3  свободных не хватает: заняты, удержаны для других, на обслуживании
  4  вход не выполнен: токена нет или он не годится
  5  сервер недоступен
У `loadzone run` они свои, см. `loadzone run --help`.""",
    ),
    "help.command": ("COMMAND", "КОМАНДА"),
    "help.version": ("show the version and exit", "показать версию и выйти"),
    "help.ca": ("trust the certificates in this file too", "доверять и сертификатам из этого файла"),
    "help.login": ("sign in with a token made in the page", "войти с токеном, созданным на странице"),
    "help.url": ("the server's address, https://loadzone.example.com", "адрес сервера, https://loadzone.example.com"),
    "help.token_stdin": ("read the token from standard input", "прочитать токен из стандартного ввода"),
    "help.list_machines": ("show the machines", "показать машины"),
    "help.free": ("only those that you can book now", "только те, которые можно занять сейчас"),
    "help.in_group": ("only those of this group (name or id)", "только из этой группы (имя или номер)"),
    "help.json": ("as a JSON list of machines, as the API shows them", "списком JSON, как машины показывает API"),
    "help.book": ("book a machine, or any free ones of a group", "занять машину или любые свободные из группы"),
    "help.renew": ("add hours to a booking", "продлить бронь"),
    "help.release": ("release machines", "освободить машины"),
    "help.vm": ("the machine's name", "имя машины"),
    "help.group": ("any of this group (name or id)", "любая из этой группы (имя или номер)"),
    "help.count": (
        "so many of the group, all or none (default: 1)",
        "сколько машин группы, все или ни одной (обычно 1)",
    ),
    "help.tag": (
        "only machines with this tag; may be given several times",
        "только с этой меткой; можно указать несколько",
    ),
    "help.hours": ("for how long: 2, 0.5", "на сколько часов: 2, 0.5"),
    "help.note": ("what it is for, for others to see", "для чего, это увидят другие"),
    "help.queue": ("show your places in queues, join, leave", "показать свои места в очередях, встать, уйти"),
    "help.queue_join": ("wait for a machine, or for any of a group", "ждать машину или любую из группы"),
    "help.queue_leave": (
        "leave a queue; what is held for you there passes on",
        "уйти из очереди; удержанное перейдёт дальше",
    ),
    "help.auto": ("book at once when your turn comes", "занять сразу, когда подойдёт очередь"),
    "help.run": ("run a command on booked machines", "выполнить команду на занятых машинах"),
    "help.wait": (
        "wait so long where too few are free (90s, 30m, 2h): in the queue; with --tag, which a queue knows nothing of, "
        "for a lucky moment",
        "ждать столько, если свободных не хватает (90s, 30m, 2h): в очереди; с --tag, о котором очередь не знает, "
        "просто до удобного случая",
    ),
    "help.heartbeat": (
        "the machines are free again when this command has been dead for so long (default: 10)",
        "машины освободятся, если этой программы нет в живых столько минут (обычно 10)",
    ),
    "help.run.after": (
        """\
Books the machines, or waits its turn for them; runs the command; keeps the booking alive and renews it as far as
the rules allow; releases the machines however the command ends. The command finds in its environment:
  LOADZONE_VM      the first machine
  LOADZONE_VM_IP   its external address, else its internal one; may be empty
  LOADZONE_VMS     all of them: [{"id": ..., "external_ip": ..., "internal_ip": ...}]

exit status:
  the command's own; 128+n where signal n ended it, or ended the waiting
  124  none came free, or not in time
  125  LoadZone failed before the command ran: refused, unreachable, no good token, wrong usage
  126  the command cannot be executed
  127  there is no such command""",
        """\
Занимает машины или ждёт своей очереди; выполняет команду; поддерживает бронь и продлевает её, насколько позволяют
правила; освобождает машины, как бы команда ни закончилась. В окружении команды:
  LOADZONE_VM      первая машина
  LOADZONE_VM_IP   её внешний адрес, иначе внутренний; может быть пустым
  LOADZONE_VMS     все: [{"id": ..., "external_ip": ..., "internal_ip": ...}]

код завершения:
  тот, что у команды; 128+n, если её или ожидание прервал сигнал n
  124  ничего не освободилось или не освободилось вовремя
  125  сбой до запуска команды: отказ, сервер недоступен, токен не годится, неверный вызов
  126  команду нельзя выполнить
  127  такой команды нет""",
    ),
    "bad.number": ("not a number above zero: {text}", "не положительное число: {text}"),
    "bad.duration": ("not a time such as 90s, 30m or 2h: {text}", "не промежуток вроде 90s, 30m или 2h: {text}"),
    "bad.one_vm": ("--count and --tag go with --group", "--count и --tag указывают вместе с --group"),
    "bad.url": (
        "the server's address must be like https://loadzone.example.com, not “{url}”",
        "адрес сервера должен быть вида https://loadzone.example.com, а не «{url}»",
    ),
    "bad.token": ("that is not a token", "это не токен"),
    "bad.ca": ("cannot use the certificates in {file}: {why}", "сертификаты из {file} не читаются: {why}"),
    "bad.config": ("{path}: {why}", "{path}: {why}"),
    "no_server": (
        "which server? Run `loadzone login`, or set LOADZONE_URL and LOADZONE_TOKEN",
        "какой сервер? Выполните `loadzone login` или задайте LOADZONE_URL и LOADZONE_TOKEN",
    ),
    "no_token": (
        "not signed in to {url}: run `loadzone login`, or set LOADZONE_TOKEN",
        "вход на {url} не выполнен: выполните `loadzone login` или задайте LOADZONE_TOKEN",
    ),
    "no_group": ("there is no group “{name}”; there are: {names}", "нет группы «{name}»; есть: {names}"),
    "away": ("{url} cannot be reached: {why}", "{url} недоступен: {why}"),
    "http": ("{url} answers with status {status}", "{url} отвечает кодом {status}"),
    "not_loadzone": ("what answers at {url} is not LoadZone", "по адресу {url} отвечает не LoadZone"),
    "redirected": (
        "{url} leads to {there}; give the address of the server itself",
        "{url} перенаправляет на {there}; укажите адрес самого сервера",
    ),
    "untrusted": (
        "the certificate of {url} is not trusted ({why}); a private CA is named by --ca or LOADZONE_CA",
        "сертификату {url} нет доверия ({why}); свой центр сертификации укажите в --ca или LOADZONE_CA",
    ),
    "login.no_terminal": ("no terminal to ask at: use --token-stdin", "спросить негде, нет терминала: --token-stdin"),
    "login.url": ("Address of the server", "Адрес сервера"),
    "login.token": ("Token (made in the page; it is not shown): ", "Токен (создаётся на странице; не отображается): "),
    "login.done": ("Signed in to {url} as {email}; saved in {path}", "Вход на {url} как {email}; сохранено в {path}"),
    "until": ("{vm}  {address}  until {until}", "{vm}  {address}  до {until}"),
    "released": ("{vm} is released", "Машина {vm} освобождена"),
    "group": ("group “{name}”", "группа «{name}»"),
    "queue.place": (
        "{place}: place {position} of {of}, for {hours} h, since {since}",
        "{place}: место {position} из {of}, на {hours} ч, с {since}",
    ),
    "queue.joined": ("In the queue: place {position}", "В очереди: место {position}"),
    "queue.now": (
        "It is your turn already: see `loadzone list`, and book",
        "Ваша очередь уже подошла: посмотрите `loadzone list` и займите",
    ),
    "queue.left": ("Left the queue", "Вы ушли из очереди"),
    "head.machine": ("MACHINE", "МАШИНА"),
    "head.group": ("GROUP", "ГРУППА"),
    "head.address": ("ADDRESS", "АДРЕС"),
    "head.tags": ("TAGS", "МЕТКИ"),
    "head.state": ("STATE", "СОСТОЯНИЕ"),
    "state.free": ("free", "свободна"),
    "state.booked": ("booked by {who} until {until}", "занята до {until}, {who}"),
    "state.held": ("held for {who} until {until}", "ждёт до {until}, для {who}"),
    "state.kept": ("kept for {who}, who waits for more", "отложена для {who}, ждёт и другие"),
    "state.maintenance": ("in maintenance", "на обслуживании"),
    "via": (" via {name}", " через {name}"),
    "waiting": ("{n} waits|{n} wait", "ждёт {n} человек|ждут {n} человека|ждут {n} человек"),
    "run.no_command": ("name the command after --", "укажите команду после --"),
    "run.cannot": ("cannot run {command}", "не удаётся запустить {command}"),
    "run.too_few": (
        "only {n} machine of the group has these tags|only {n} machines of the group have these tags",
        "в группе с такими метками {n} машина|в группе с такими метками {n} машины|в группе с такими метками {n} машин",
    ),
    "run.waiting_free": ("waiting until enough are free", "жду, пока свободных хватит"),
    "run.place": ("waiting in the queue, place {position}", "жду в очереди, место {position}"),
    "run.gave_up": ("none came free in time", "вовремя ничего не освободилось"),
    "run.stopped": ("stopped", "остановлено"),
    "run.away": ("{text}; trying again", "{text}; пробую ещё"),
    "run.back": ("the server is back", "сервер снова отвечает"),
    "run.begin": ("{vms}: booked until {until}", "{vms}: занято до {until}"),
    "run.renewed": ("{vm}: renewed until {until}", "{vm}: продлено до {until}"),
    "run.others_wait": (
        "others wait for {vm}, so it cannot be renewed: it will be taken away at {until}",
        "машину {vm} ждут другие, продлить нельзя: её заберут в {until}",
    ),
    "run.lost": (
        "{vm} is no longer booked for this command, which goes on",
        "машина {vm} больше не занята для этой команды; команда продолжается",
    ),
    "run.not_released": (
        "not released ({text}); that happens by itself in {minutes} minutes at most",
        "не освобождено ({text}); это произойдёт само, не позже чем через {minutes} мин",
    ),
}

ARGPARSE_RU = {
    "usage: ": "вызов: ",
    "positional arguments": "аргументы",
    "options": "параметры",
    "optional arguments": "параметры",
    "show this help message and exit": "показать эту справку и выйти",
    "the following arguments are required: %s": "не хватает аргументов: %s",
    "unrecognized arguments: %s": "неизвестные аргументы: %s",
    "one of the arguments %s is required": "нужен один из аргументов: %s",
    "not allowed with argument %s": "не сочетается с %s",
    "expected one argument": "нужно значение",
    "expected at least one argument": "нужно хотя бы одно значение",
    "argument %(argument_name)s: %(message)s": "аргумент %(argument_name)s: %(message)s",
}
