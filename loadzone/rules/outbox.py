"""The outbox: a letter leaves it once it is delivered or given up."""

from __future__ import annotations

from collections.abc import Iterable

from loadzone.domain.unit_of_work import UnitOfWork


def clear(uow: UnitOfWork, letter_ids: Iterable[str]) -> None:
    """Remove these letters. One that is gone already is no fault."""
    for letter_id in letter_ids:
        uow.letters.pop(letter_id, None)
