"""Pending sign-in codes in the database, good on every node. A crash of the server loses them."""

from __future__ import annotations

from loadzone.database.side_connection import SideConnection
from loadzone.domain import pending_codes
from loadzone.domain.pending_codes import GOOD_FOR, TRIES, Tried

# Each new code removes up to two old ones, so that there is never much to remove. All live equally long, so the oldest
# are the first to expire. Two nodes that remove the same ones do not wait for each other.
_ADD = """
    WITH void AS (DELETE FROM loadzone.login_codes WHERE ticket = %(instead_of)s),
        added AS (
            INSERT INTO loadzone.login_codes(ticket, proof, tries_left, until)
            VALUES (%(ticket)s, %(proof)s, %(tries)s, clock_timestamp() + %(good_for)s)
            RETURNING number),
        oldest AS (SELECT number, until FROM loadzone.login_codes ORDER BY number LIMIT 2),
        old AS (
            SELECT number FROM loadzone.login_codes
             WHERE number IN (
                 SELECT oldest.number FROM oldest, added
                  WHERE until <= clock_timestamp() OR oldest.number <= added.number - %(at_most)s)
               FOR UPDATE SKIP LOCKED)
    DELETE FROM loadzone.login_codes WHERE number IN (SELECT number FROM old)
"""

_TRY = """
    UPDATE loadzone.login_codes SET tries_left = tries_left - 1, is_used = (proof = %(proof)s)
     WHERE ticket = %(ticket)s AND until > clock_timestamp() AND tries_left > 0 AND NOT is_used
    RETURNING is_used, tries_left
"""

_GIVE_BACK = """
    UPDATE loadzone.login_codes SET is_used = false, tries_left = greatest(1, tries_left)
     WHERE ticket = %(ticket)s AND is_used
"""


class SharedCodes:
    """The PendingCodes of all nodes. Their ten minutes are measured by the database's clock."""

    def __init__(self, connection: SideConnection) -> None:
        self._connection = connection

    def add(self, ticket: str, proof: str, instead_of: str) -> None:
        """Keep a new code, as PendingCodes says."""
        code = {"ticket": ticket, "proof": proof, "instead_of": instead_of}
        self._connection.ask(_ADD, {**code, "tries": TRIES, "good_for": GOOD_FOR, "at_most": pending_codes.AT_MOST})

    def try_once(self, ticket: str, proof: str) -> Tried | None:
        """Count one try, as PendingCodes says."""
        tried = self._connection.ask(_TRY, {"ticket": ticket, "proof": proof})
        return Tried(*tried[0]) if tried else None

    def give_back(self, ticket: str) -> None:
        """Make a code good again, as PendingCodes says."""
        self._connection.ask(_GIVE_BACK, {"ticket": ticket})
