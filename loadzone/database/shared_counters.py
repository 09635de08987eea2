"""The counters of rate limits in the database, for all nodes together. A crash of the server empties them."""

from __future__ import annotations

from collections.abc import Sequence

from loadzone.database.side_connection import SideConnection
from loadzone.domain import counters
from loadzone.domain.counters import Counter
from loadzone.lib.digests import digest

# The function is in schema.py.
_HIT = """
    SELECT loadzone.count_hits(%(keys)s, %(most)s::integer[], %(seconds)s::integer[], %(hits)s, %(exempt)s, %(room)s)
"""
_TAKE_BACK = """
    UPDATE loadzone.counters SET hits = greatest(0, hits - 1) WHERE key = %(key)s AND until > clock_timestamp()
"""


class SharedCounters:
    """The Counters of all nodes. Windows are measured by the database's clock."""

    def __init__(self, connection: SideConnection) -> None:
        self._connection = connection

    def hit(self, counted: Sequence[Counter], hits: int = 1, is_exempt: bool = False) -> float | None:
        """Count, as Counters says, with one statement."""
        limits = [counter.limit for counter in counted]
        [(seconds,)] = self._connection.ask(
            _HIT,
            {
                "keys": [_key(counter) for counter in counted],
                "most": [limit.most for limit in limits],
                "seconds": [limit.seconds for limit in limits],
                "hits": hits,
                "exempt": is_exempt,
                "room": counters.AT_MOST,
            },
        )
        return None if seconds is None else float(seconds)

    def take_back(self, counter: Counter) -> None:
        """Take one hit back, as Counters says."""
        self._connection.ask(_TAKE_BACK, {"key": _key(counter)})


def _key(counter: Counter) -> str:
    """Return the row's key. It is short, however long the name is, and shows nobody's address."""
    return digest(f"{counter.name} {counter.limit.seconds}")
