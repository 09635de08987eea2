"""The log: one line per event that matters, in English, no line breaks from outside, no secrets."""

from __future__ import annotations

import logging
import sys

from notices import notices
from rules.events import Event
from storage import Commit

log = logging.getLogger("loadzone")


class OneLine(logging.Formatter):
    """What people typed cannot begin a line of its own in the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        record.message = "".join(c if c.isprintable() else repr(c)[1:-1] for c in record.message)
        return super().formatMessage(record)


def set_up() -> None:
    """Log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("apscheduler", "loadzone.sockets"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def follow(commit: Commit) -> None:
    """Write down what the commit did."""
    for notice in notices(commit.events):
        to = f" (to {notice.to})" if notice.to else ""
        log.info("%s%s", notice.sentence("en"), to)
    for event in commit.events:
        if event.kind in LINES:
            log.info(LINES[event.kind], _who(event))


LINES = {
    "first_admin": "%s is the first to sign in, and so is admin",
    "user_added": "%s signed in for the first time",
    "signed_out": "%s signed out",
    "user_removed": "%s",
}


def _who(event: Event) -> str:
    return f"{event.by} removed {event.to}" if event.kind == "user_removed" else str(event.by or event.to)
