"""Clients that book, renew, release, join, leave and force at random, and record every call with its answer."""

import threading
import time
from random import Random

import requests
from urllib3.exceptions import NewConnectionError

from support.people import Person
from torture import group_checker
from torture.history import FAILED, FOREVER, OK, REFUSED, UNKNOWN, History, Operation

BOOKING_SECONDS = (1, 3, 10, 60)
OPERATION_WEIGHTS = {"book": 30, "renew": 15, "cancel": 15, "join": 18, "leave": 6, "force": 6, "read": 10}
GROUP_SHARE = 0.7  # of the calls of join and leave at a machine of the group, those made at the group instead
MEAN_PAUSE = 0.05  # seconds between two calls of one client


class Client(threading.Thread):
    """Makes calls as one person until `stop` is set."""

    def __init__(self, person: Person, vms: list[str], history: History, random: Random, stop: threading.Event) -> None:
        super().__init__(name=person.email, daemon=True)
        self._person = person
        self._vms = vms
        self._history = history
        self._random = random
        self._stop_asked = stop

    def run(self) -> None:
        names, weights = list(OPERATION_WEIGHTS), list(OPERATION_WEIGHTS.values())
        while not self._stop_asked.wait(self._random.uniform(0, 2 * MEAN_PAUSE)):
            self.invoke(self._random.choices(names, weights)[0], self._random.choice(self._vms))

    def invoke(self, name: str, vm: str) -> None:
        hours = self._random.choice(BOOKING_SECONDS) / 3600
        if name in ("join", "leave") and vm in group_checker.MACHINES and self._random.random() < GROUP_SHARE:
            vm = group_checker.GROUP_NAME
        if name == "read":
            read_board(self._person, self._history, as_browser=self._random.random() < 0.5)
        elif name == "force":
            self._call("book", vm, hours=hours, force=True)
        elif name == "join":
            self._call("join", vm, hours=hours, auto=self._random.random() < 0.4)
        elif name in ("book", "renew"):
            self._call(name, vm, hours=hours)
        else:
            self._call(name, vm)

    def _call(self, name: str, vm: str, **arguments: object) -> None:
        invoked = time.monotonic()
        outcome, completed, answer = self._send(name, vm, arguments)
        if outcome:
            op = Operation(self._person.email, name, vm, invoked, completed, outcome, dict(arguments), answer)
            self._history.add_operation(op)

    def _send(self, name: str, vm: str, arguments: dict) -> tuple[str, float, dict]:
        """Return the outcome, when it was known, and the answer. It is empty if no server can have received the call.

        Who waits no longer does not know whether somebody still carries it out.
        """
        try:
            place = group_checker.GROUP_ID if vm == group_checker.GROUP_NAME else vm
            response = getattr(self._person, name)(place, **arguments)
            answer = response.json()
        except requests.RequestException as error:
            if _was_never_sent(error):
                time.sleep(0.02)
                return "", 0, {}
            return UNKNOWN, FOREVER if isinstance(error, requests.Timeout) else time.monotonic(), {}
        completed = time.monotonic()
        outcome, answer = self._outcome(name, response.status_code, answer)
        return outcome, completed, answer

    def _outcome(self, name: str, status: int, answer: dict) -> tuple[str, dict]:
        if status == 200:
            return OK, answer
        if status == 503 and answer.get("code") in ("cannot_save", "behind"):
            return (UNKNOWN if answer.get("unsure") else FAILED), {}
        if status not in (403, 409):
            self._history.add_anomaly(f"{self._person.email} asked to {name}, and the answer was {status} {answer}")
        return REFUSED, answer


def read_board(person: Person, history: History, as_browser: bool = False) -> dict | None:
    """Read the board and record it. Returns None if no server returns it.

    As a browser, the reader says what they have seen; of several nodes, any that knows that much may answer. Otherwise
    the board is that of a moment of the call.
    """
    invoked = time.monotonic()
    try:
        cookies = {} if as_browser else {"Cookie": f"session={person.http.cookies['session']}"}
        response = person.get("/vms", **cookies)
        state = response.json()
    except requests.RequestException:
        return None
    if response.status_code == 503 and state.get("code") == "behind":
        return None
    if response.status_code != 200:
        history.add_anomaly(f"the board's answer was {response.status_code} {state}")
        return None
    history.add_board_read(invoked, state, person.email, is_fresh=not (as_browser and history.several_nodes))
    return state


def _was_never_sent(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)
