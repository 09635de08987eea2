"""Lengths of time in classes, so that percentiles come from counts: within 2 % of the exact value."""

from __future__ import annotations

import math
from collections.abc import Mapping

RATIO = 1.04  # from one class to the next; its middle is at most 2 % from each length in it
SHORTEST = 1000  # milliseconds; what is shorter counts as this
_STEP = math.log(RATIO)


def class_of(milliseconds: int) -> int:
    """Return the number of the class that a length is in."""
    return round(math.log(max(milliseconds, SHORTEST) / SHORTEST) / _STEP)


def middle(number: int) -> float:
    """Return the length, in milliseconds, that stands for this class."""
    return SHORTEST * RATIO**number


def percentile(counts: Mapping[int, int], part: float) -> float | None:
    """Return the length that this part of all does not exceed, of the counts by class; None where there are none.

    It is that of the smallest class up to which at least the part lies (the nearest rank).
    """
    rank = math.ceil(part * sum(counts.values()))
    for number in sorted(counts):
        rank -= counts[number]
        if rank <= 0:
            return middle(number)
    return None
