"""Checks a data file and finds all its problems. The start of the server stops at the first one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from loadzone.datafile.reader import parse_file
from loadzone.datafile.repair import repair
from loadzone.datafile.typed_object import BadFile
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import State


@dataclass(slots=True)
class Report:
    """The result of a check.

    `problems` keep the server from starting. `repaired` is what it would repair by itself. `state` is there if there
    are no problems.
    """

    problems: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    state: State | None = None


def check_file(content: bytes) -> Report:
    """Return what is wrong with this content of a data file, in sentences that name the place."""
    found = Report()
    try:
        loaded = parse_file(content, found.problems.append)
    except BadFile as error:
        return Report(problems=[str(error)])
    if found.problems:
        return found
    state, found.repaired = repair(loaded)
    encoder = StateEncoder()
    encoder.mark_all(state)
    try:
        encoder.encode(state)
    except TypeError as error:
        found.problems.append(f"it can be read but not be written back: {error}")
    else:
        found.state = state
        found.repaired = _doubled_keys(content) + found.repaired
    return found


def _doubled_keys(content: bytes) -> list[str]:
    """Return a sentence for each key that stands twice in one object: easily done by copying a line.

    The last one counts.
    """
    doubled: list[str] = []

    def note_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, value in pairs:
            if key in seen:
                doubled.append(f"{key!r} stands twice in one object; only the last one counts")
            seen[key] = value
        return seen

    json.loads(content.removeprefix(b"\xef\xbb\xbf"), object_pairs_hook=note_doubles)
    return doubled
