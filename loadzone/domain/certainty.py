"""The time for which a node may go on without being certain that it has all commits of others.

It hears of that every second (Durable.behind_at_most). An ended session must not live on longer than this on a node
that is cut off.
"""

from __future__ import annotations

TOLD_AFTER = 3.0  # seconds
CUT_OFF_AFTER = 9.5  # seconds: changes wait for a database that is away for 8, and in 10 all is refused


def may_be_behind(seconds: float) -> bool:
    """Tell whether people are to be told that what they see may be out of date."""
    return seconds >= TOLD_AFTER


def is_cut_off(seconds: float) -> bool:
    """Tell whether the node must refuse sessions, tokens and changes, and have no sockets."""
    return seconds >= CUT_OFF_AFTER
