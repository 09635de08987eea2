"""Faults of nodes: killed, stopped, frozen, with a wrong clock, cut off from their SMTP server."""

import os
import signal
import time
from random import Random

from support.smtp import MailServer
from torture.history import History

WRONG_BY = 300  # seconds that a node's clock may be wrong, either way


class NodeFaults:
    """Injects one fault after the other, chosen by `random`. After `heal` everything works again."""

    def __init__(self, nodes: list, mail: MailServer, history: History, random: Random) -> None:
        self._nodes = nodes
        self._mail = mail
        self._history = history
        self._random = random
        self._smtp_is_down = False

    def inject(self) -> None:
        """Inject any fault, whatever earlier ones have left behind."""
        [name] = self._random.choices(list(FAULT_WEIGHTS), list(FAULT_WEIGHTS.values()))
        self._history.add_fault(name)
        getattr(self, name)()
        time.sleep(self._random.uniform(0.05, 1.2))

    def kill(self) -> None:
        self._any_node().kill()

    def stop(self) -> None:
        self._any_node().ask_to_end()

    def freeze(self) -> None:
        """Freeze a node for less than the leader's lease."""
        self._freeze(self._random.uniform(0.2, 2))

    def freeze_long(self) -> None:
        """Freeze it for longer than the lease, and than the server lets it hold the lock."""
        self._freeze(self._random.uniform(4, 7))

    def clock(self) -> None:
        self._set_clock(self._any_node())

    def smtp(self) -> None:
        """Stop the SMTP server, or start it again; after a start it may refuse every letter for now."""
        if self._smtp_is_down:
            self._mail.start()
        else:
            self._mail.stop()
            self._mail.answer = self._random.choice(["250 OK", "250 OK", "451 later"])
        self._smtp_is_down = not self._smtp_is_down

    def heal(self) -> None:
        if self._smtp_is_down:
            self.smtp()
        self._mail.answer = "250 OK"
        for node in self._nodes:
            node.wait_until_it_answers("/groups")

    def _any_node(self):
        return self._random.choice(self._nodes)

    def _set_clock(self, node) -> None:
        node.ahead(self._random.randint(-WRONG_BY * 1000, WRONG_BY * 1000))

    def _freeze(self, seconds: float) -> None:
        process = self._any_node().pid
        os.kill(process, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(process, signal.SIGCONT)


FAULT_WEIGHTS = {"kill": 5, "stop": 1, "freeze": 3, "freeze_long": 1, "smtp": 2}
