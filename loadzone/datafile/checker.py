"""What is wrong with a data file: all of it at once, where the start names the first thing and stops."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from loadzone.datafile.reader import parse_file
from loadzone.datafile.repair import repair
from loadzone.datafile.typed_object import BadFile
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import State


@dataclass(slots=True)
class Report:
    """`problems` keep the server from starting; `repaired` is what it would put right by itself. Without problems there
    is a `state`."""

    problems: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    state: State | None = None


def examine(content: bytes) -> Report:
    """What there is to say of this file, each in a sentence that names the place."""
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
    """What a hand that copied a line may overlook: of a key that stands twice in one object, the last counts."""
    doubled: list[str] = []

    def note_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                doubled.append(f"{key!r} stands twice in one object; only the last one counts")
            seen[key] = value
        return seen

    json.loads(content.removeprefix(b"\xef\xbb\xbf"), object_pairs_hook=note_doubles)
    return doubled
