"""The outbox: a letter leaves it once it is delivered or given up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from loadzone.domain.records import Letter
from loadzone.domain.unit_of_work import UnitOfWork

_GONE = ("deleted", "queue_gone")  # kinds of letters about a machine that is not there any more


def clear(uow: UnitOfWork, letter_ids: Iterable[str]) -> None:
    """Remove these letters. One that is gone already is no fault."""
    for letter_id in letter_ids:
        uow.letters.pop(letter_id, None)


def rename(uow: UnitOfWork, old: str, new: str) -> None:
    """Write the new name of a machine into the letters about it, so that they name what their readers find."""
    for letter in uow.paced(list(uow.letters.values())):
        if letter.kind not in _GONE and any(facts.get("vm_id") == old for facts in letter.topics):
            uow.letters[letter.id] = replace(letter, about=_renamed(letter, old, new))


def _renamed(letter: Letter, old: str, new: str) -> Mapping[str, object]:
    first, *more = ({**facts, "vm_id": new} if facts.get("vm_id") == old else facts for facts in letter.topics)
    return {**first, "more": more} if more else first
