"""The error that ends the start."""

from __future__ import annotations

from pathlib import Path

from loadzone.datafile.typed_object import BadFile
from loadzone.domain.durable import CannotLoad
from loadzone.lib.owners import explained


class CannotStart(Exception):
    """LoadZone cannot start; the message is a sentence for its operator."""


def unusable(place: str, error: BadFile | OSError | CannotLoad) -> CannotStart:
    """Return what to say where the state cannot be read from this place."""
    if isinstance(error, OSError):
        return CannotStart(f"{place} cannot be used: {explained(error, Path(place))}")
    left = ". It was left as it is" if isinstance(error, BadFile) else ""
    return CannotStart(f"{place} cannot be used: {error}{left}")
