"""Read durations as people write them: `2`, `1.5`, `1,5`, `90m`, `1h30m`, `1:30`, `2 hours`. The page does too."""

from __future__ import annotations

import re

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}  # seconds
NUMBER = r"\d+(?:[.,]\d*)?|[.,]\d+"
PARTS = {  # each once at most, from large to small
    "d": r"d(?:ays?)?|д(?:ень|ня|ней)?",
    "h": r"h(?:(?:ou)?rs?)?|ч(?:ас(?:а|ов)?)?",
    "m": r"m(?:in(?:ute)?s?)?|м(?:ин(?:ут[аыу]?)?)?",
    "s": r"s(?:ec(?:ond)?s?)?|с(?:ек(?:унд[аыу]?)?)?",
}
CLOCK = re.compile(r"(\d+):([0-5]\d)")  # hours and minutes, where hours are asked for; elsewhere it could be minutes
DURATION = re.compile(
    r"\s*".join(rf"(?:(?P<{name}>{NUMBER})\s*(?:{unit})\.?)?" for name, unit in PARTS.items()), re.IGNORECASE
)
LONGEST = 100 * 365 * 86400  # seconds; more is a slip of the fingers


def seconds_of(text: str, unit: str | None = None) -> float | None:
    """Return the seconds; None where the text is no duration above zero. `unit` is that of a number without one."""
    clock = CLOCK.fullmatch(text.strip()) if unit == "h" else None
    found = DURATION.fullmatch(text.strip())
    if clock:
        seconds = float(int(clock[1]) * 3600 + int(clock[2]) * 60)
    elif found and any(found.groups()):
        seconds = sum(number_of(number) * UNITS[name] for name, number in found.groupdict().items() if number)
    elif unit and re.fullmatch(NUMBER, text.strip()):
        seconds = number_of(text) * UNITS[unit]
    else:
        return None
    return seconds if 0 < seconds <= LONGEST else None


def number_of(text: str) -> float:
    return float(text.replace(",", "."))
