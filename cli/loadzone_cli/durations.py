"""Read durations as people write them: `2`, `1.5`, `1,5`, `90m`, `1h30m`, `1 d 12 h`. The page does too."""

from __future__ import annotations

import re

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}  # seconds
NUMBER = r"\d+(?:[.,]\d*)?|[.,]\d+"
PARTS = {"d": "d|д", "h": "h|ч", "m": "m(?:in)?|м(?:ин)?", "s": "s|с"}  # each once at most, from large to small
DURATION = re.compile(
    r"\s*".join(rf"(?:(?P<{name}>{NUMBER})\s*(?:{unit})\.?)?" for name, unit in PARTS.items()), re.IGNORECASE
)
LONGEST = 100 * 365 * 86400  # seconds; more is a slip of the fingers


def seconds_of(text: str, unit: str | None = None) -> float | None:
    """Return the seconds; None where the text is no duration above zero. `unit` is that of a number without one."""
    found = DURATION.fullmatch(text.strip())
    if found and any(found.groups()):
        seconds = sum(number_of(number) * UNITS[name] for name, number in found.groupdict().items() if number)
    elif unit and re.fullmatch(NUMBER, text.strip()):
        seconds = number_of(text) * UNITS[unit]
    else:
        return None
    return seconds if 0 < seconds <= LONGEST else None


def number_of(text: str) -> float:
    return float(text.replace(",", "."))
