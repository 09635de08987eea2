"""Lines of the log about letters that were not sent as they were written."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from loadzone.domain.people import Letter
from loadzone.lib.times import iso

log = logging.getLogger("loadzone.mailer")


def log_left_out(letter: Letter, sent: Letter | None) -> None:
    """Log what is no longer so, and was left out of the letter; `sent` None: all of it."""
    kept = {_name_of(topic) for topic in sent.topics} if sent else set()
    line = "letter %s (%s) of %s to %s about %s was not sent: that is no longer so"
    for name in map(_name_of, letter.topics):
        if name not in kept:
            log.info(line, letter.id, letter.kind, iso(letter.created), letter.to, name)


def log_unwanted(letter: Letter) -> None:
    """Log that its reader does not get it."""
    log.info("letter %s (%s) to %s was not sent: not wanted, or not allowed", letter.id, letter.kind, letter.to)


def _name_of(topic: Mapping[str, object]) -> object:
    return topic.get("vm_id") or topic.get("group")
