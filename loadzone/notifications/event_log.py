"""The log of what happened: a line for each event that matters, in English, without secrets."""

from __future__ import annotations

import logging

from loadzone.domain.commit import Commit
from loadzone.domain.events import EVENT_KINDS
from loadzone.notifications.messages import messages_of

log = logging.getLogger("loadzone")


def log_commit(commit: Commit) -> None:
    """Log what the commit did, unless another process has made it, and logs it."""
    if not commit.is_own:
        return
    messages = messages_of(commit.events)
    lines = [message.sentence("en") + (f" (to {message.to})" if message.to else "") for message in messages]
    for event in commit.events:
        template = EVENT_KINDS[event.kind].log
        if template:
            lines.append(template.format(by=event.by, to=event.to, via=event.via))
    if lines:
        log.info(lines)
