"""The outbox: letters leave it once they are delivered or given up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any


def clear(change: Any, now: datetime, limits: Any, letter_ids: Iterable[str]) -> None:
    for letter_id in letter_ids:
        change.letters.pop(letter_id, None)
