"""People who book, renew, release, join, leave and force at random, and write down every call and its answer."""

import threading
import time
from random import Random

import requests
from urllib3.exceptions import NewConnectionError

from support.people import Person
from torture import group_checker
from torture.history import FAILED, OK, REFUSED, UNKNOWN, Op, Record

SECONDS = (1, 3, 10, 60)  # how long they book for
ACTS = {"book": 30, "renew": 15, "cancel": 15, "join": 18, "leave": 6, "force": 6, "look": 10}
AT_THE_GROUP = 0.7  # of those who would join or leave at a machine of the group
PAUSE = 0.05  # between two calls of one of them, on average


class Client(threading.Thread):
    """One of them, until `stop` is set."""

    def __init__(self, person: Person, vms: list[str], record: Record, random: Random, stop: threading.Event) -> None:
        super().__init__(name=person.email, daemon=True)
        self._person = person
        self._vms = vms
        self._record = record
        self._random = random
        self._stop_asked = stop

    def run(self) -> None:
        names, weights = list(ACTS), list(ACTS.values())
        while not self._stop_asked.wait(self._random.uniform(0, 2 * PAUSE)):
            self.act(self._random.choices(names, weights)[0], self._random.choice(self._vms))

    def act(self, name: str, vm: str) -> None:
        hours = self._random.choice(SECONDS) / 3600
        if name in ("join", "leave") and vm in group_checker.MACHINES and self._random.random() < AT_THE_GROUP:
            vm = group_checker.NAME
        if name == "look":
            look(self._person, self._record)
        elif name == "force":
            self._call("book", vm, hours=hours, force=True)
        elif name == "join":
            self._call("join", vm, hours=hours, auto=self._random.random() < 0.4)
        elif name in ("book", "renew"):
            self._call(name, vm, hours=hours)
        else:
            self._call(name, vm)

    def _call(self, name: str, vm: str, **asked: object) -> None:
        begun = time.monotonic()
        outcome, answer = self._ask(name, vm, asked)
        if outcome:
            op = Op(self._person.email, name, vm, begun, time.monotonic(), outcome, dict(asked), answer)
            self._record.op(op)

    def _ask(self, name: str, vm: str, asked: dict) -> tuple[str, dict]:
        """How it went, and what was answered; no outcome at all where nobody can have heard the call."""
        try:
            response = getattr(self._person, name)(group_checker.GROUP if vm == group_checker.NAME else vm, **asked)
            answer = response.json()
        except requests.RequestException as error:
            if _was_never_sent(error):
                time.sleep(0.02)
                return "", {}
            return UNKNOWN, {}
        return self._understand(name, response.status_code, answer)

    def _understand(self, name: str, status: int, answer: dict) -> tuple[str, dict]:
        if status == 200:
            return OK, answer
        if status == 503 and answer.get("code") == "cannot_save":
            return (UNKNOWN if answer.get("unsure") else FAILED), {}
        if status not in (403, 409):
            self._record.note_strange(f"{self._person.email} asked to {name}, and the answer was {status} {answer}")
        return REFUSED, answer


def look(person: Person, record: Record) -> dict | None:
    """The board as it is now, written down; None where it cannot be had."""
    begun = time.monotonic()
    try:
        response = person.get("/vms")
        state = response.json()
    except requests.RequestException:
        return None
    if response.status_code != 200:
        record.note_strange(f"the board's answer was {response.status_code} {state}")
        return None
    record.board(begun, state)
    return state


def _was_never_sent(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)
