"""The last change that this run has seen of several nodes: each of them answers only once it knows as much."""

from __future__ import annotations

import threading
from email.message import Message

HEADER = "LoadZone-Seen"


class Seen:
    """The number of the last change that an answer may have been made with. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0

    def header(self) -> dict[str, str]:
        """Return the header of a request."""
        return {HEADER: str(self._number)} if self._number else {}

    def note(self, sent: dict[str, str], headers: Message) -> None:
        """Take over what the answer to a request with the header `sent` tells.

        Answers may come out of order, so the number grows. It goes back where the server does not have it any more.
        """
        text = headers.get(HEADER, "")
        if not (text.isascii() and text.isdigit()):
            return
        number = int(text[:18])
        with self._lock:
            is_lost = number < int(sent.get(HEADER, "0"))
            self._number = number if is_lost else max(self._number, number)
