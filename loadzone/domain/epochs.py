"""Epochs: of the numbers that lines of the history get, each is given once within one."""

from __future__ import annotations

from datetime import datetime


def next_epoch(before: int, now: datetime) -> int:
    """Return the epoch that begins now: milliseconds since 1970, and greater than the one before."""
    return max(before + 1, int(now.timestamp() * 1000))
