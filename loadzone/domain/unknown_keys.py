"""The keys of a loaded file that this version does not know. Records keep them in `rest`; they are written back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NOTHING: Mapping[str, object] = MappingProxyType({})


def nothing() -> Mapping[str, object]:
    """Return the one empty mapping that all records share."""
    return NOTHING
