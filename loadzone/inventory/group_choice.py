"""Which group counts for a machine that an inventory has in several. The others become tags."""

from __future__ import annotations

from collections.abc import Sequence

from loadzone.domain.names import name_key
from loadzone.inventory.rows import InventoryRows, Row

FIRST = "first"


def choose_groups(rows: InventoryRows, preferred: Sequence[str]) -> None:
    """Choose a group for each machine in several: the first of the `preferred` names, or just the `FIRST` in the file.

    A machine that is in none of the preferred groups stays undecided, which `rows.wanted` reports.
    """
    for _, fields in rows.machines:
        groups = fields.get("groups", [])
        chosen = _chosen(groups, preferred)
        if chosen:
            _put_into(fields, chosen, [name for name in groups if name != chosen])


def _chosen(groups: Sequence[str], preferred: Sequence[str]) -> str | None:
    by_key = {name_key(name): name for name in reversed(groups)}
    if list(preferred) == [FIRST] and name_key(FIRST) not in by_key:
        return groups[0] if groups else None
    return next((by_key[name_key(name)] for name in preferred if name_key(name) in by_key), None)


def _put_into(fields: Row, group: str, others: list[str]) -> None:
    del fields["groups"]
    fields["group"] = group
    fields["add_tags"] = others
