"""Which group counts for a machine that an inventory has in several. The others become tags."""

from __future__ import annotations

from collections.abc import Sequence

from loadzone.domain.names import name_key
from loadzone.domain.refusal import Refusal
from loadzone.inventory.rows import InventoryRows, Row
from loadzone.schemas import validation
from loadzone.schemas.field_types import Tag
from loadzone.schemas.refusal_text import sentence
from loadzone.schemas.requests import RequestBody

FIRST = "first"


class OneTag(RequestBody):
    """The model of a tag alone."""

    tag: Tag


def choose_groups(rows: InventoryRows, preferred: Sequence[str]) -> None:
    """Choose a group for each machine in several: the first of the `preferred` names, or just the `FIRST` in the file.

    A machine that is in none of the preferred groups stays undecided, which `rows.wanted` reports. A group
    whose name no tag may have is left out of the tags, with a warning.
    """
    for _, fields in rows.machines:
        groups = fields.get("groups", [])
        chosen = _chosen(groups, preferred)
        if chosen:
            _put_into(fields, chosen)
            fields["add_tags"] = [name for name in groups if name != chosen and _is_tag(name, rows)]


def _chosen(groups: Sequence[str], preferred: Sequence[str]) -> str | None:
    by_key = {name_key(name): name for name in reversed(groups)}
    if list(preferred) == [FIRST] and name_key(FIRST) not in by_key:
        return groups[0] if groups else None
    return next((by_key[name_key(name)] for name in preferred if name_key(name) in by_key), None)


def _put_into(fields: Row, group: str) -> None:
    del fields["groups"]
    fields["group"] = group


def _is_tag(group: str, rows: InventoryRows) -> bool:
    """Return True if a tag may have the group's name. If not, add that to the rows' warnings."""
    try:
        validation.check(OneTag, {"tag": group})
    except Refusal as refusal:
        reason = sentence(refusal.code, refusal.facts, "en")
        rows.warnings[f"the group {group!r} does not become a tag of its machines: {reason}"] = None
        return False
    return True
