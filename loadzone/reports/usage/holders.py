"""The person or token that a line's booking or wait is of."""

from __future__ import annotations

from loadzone.domain.history_line import HistoryLine

PREFIX = "token:"  # of `via` where a token did it


def holder_of(line: HistoryLine) -> tuple[str, str]:
    """Return the address of who books or waits, and the name of the token by which they did it themselves."""
    email = line.email or line.actor or ""
    by_token = line.via.startswith(PREFIX) and email == line.actor
    return email, line.via[len(PREFIX) :] if by_token else ""
