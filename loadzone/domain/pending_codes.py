"""The sign-in codes that were sent and not used yet, and the protocol of what keeps them: memory, or a database."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple, Protocol

GOOD_FOR = timedelta(minutes=10)
TRIES = 5
AT_MOST = 10_000  # codes; then the oldest are forgotten


class Tried(NamedTuple):
    """The outcome of a try."""

    is_right: bool
    tries_left: int


class PendingCodes(Protocol):
    """Knows codes by the digest of their ticket, and of each only a proof: something that nobody can turn back."""

    def add(self, ticket: str, proof: str, instead_of: str) -> None:
        """Keep a new code. The one with the ticket `instead_of`, if there is one, is void. Raises CannotSave."""
        ...

    def try_once(self, ticket: str, proof: str) -> Tried | None:
        """Count one try. A right one uses the code up. Return None if there is no such code any more.

        Raises CannotSave.
        """
        ...

    def give_back(self, ticket: str) -> None:
        """Make a code good again that was used up, for one more try at least. Raises CannotSave."""
        ...
