"""The log: one line per event that matters, in English, no line breaks from outside, no secrets."""

from __future__ import annotations

import logging
import sys

from loadzone.notifications.messages import notices
from storage import Commit

log = logging.getLogger("loadzone")


class SingleLineFormatter(logging.Formatter):
    """What people typed cannot begin a line of its own in the log. A list is written at once, a line for each."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        lines = record.msg if isinstance(record.msg, list) else [record.message]
        return "\n".join([self._line(record, line) for line in lines])

    def _line(self, record: logging.LogRecord, text: str) -> str:
        record.message = text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        return super().formatMessage(record)


def set_up() -> None:
    """Log to standard error; who wrote a line, and in which thread, is not said, so that it is not looked up either
    (docs.python.org/3/howto/logging.html, Optimization)."""
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SingleLineFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("apscheduler", "loadzone.sockets"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def follow(commit: Commit) -> None:
    """Write down what the commit did."""
    lines = [notice.sentence("en") + (f" (to {notice.to})" if notice.to else "") for notice in notices(commit.events)]
    for event in commit.events:
        if event.kind in LINES:
            lines.append(LINES[event.kind].format(by=event.by, to=event.to, via=event.via))
    if lines:
        log.info(lines)


LINES = {
    "first_admin": "{by} is the first to sign in, and so is admin",
    "user_added": "{by} signed in for the first time",
    "signed_out": "{to} signed out",
    "user_removed": "{by} removed {to}",
    "token_made": "{by} made the token {via!r}",
    "token_revoked": "{by} revoked the token {via!r} of {to}",
}
