"""The outbox: a letter leaves it once it is delivered or given up. Letters about a deletion can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta

from loadzone.domain.events import UNDOABLE_LETTERS
from loadzone.domain.people import Letter
from loadzone.domain.unit_of_work import UnitOfWork

LETTERS_WAIT = timedelta(seconds=10)  # those about a deletion: so long an undo at once may take
# The mailer may have begun with a letter whose wait ends just now, before the undo is on disk.
MARGIN = timedelta(seconds=1)

Topic = tuple[str, str, str | int]  # the kind of letter, its reader, and the machine or group that it is about
_GONE = ("deleted", "queue_gone")  # kinds of letters about a machine that is not there any more


def clear(uow: UnitOfWork, letter_ids: Iterable[str]) -> None:
    """Remove these letters. One that is gone already is no fault."""
    for letter_id in letter_ids:
        uow.letters.pop(letter_id, None)


def rename(uow: UnitOfWork, old: str, new: str) -> None:
    """Write the new name of a machine into the letters about it, so that they name what their readers find."""
    for letter in uow.paced(list(uow.letters.values())):
        if letter.kind not in _GONE and any(facts.get("vm_id") == old for facts in letter.topics):
            uow.letters[letter.id] = _renamed(letter, old, new)


def sent_from(letter: Letter, now: datetime) -> datetime | None:
    """Return when the letter's wait ends; None: it has none, or it is over."""
    if letter.kind not in UNDOABLE_LETTERS:
        return None
    end = letter.created + LETTERS_WAIT
    # Clocks differ by seconds. One that was set back by more makes no letter wait for long.
    return end if now < end <= now + 2 * LETTERS_WAIT else None


def seconds_left(letters: Iterable[Letter], now: datetime) -> float | None:
    """Return the seconds until the first wait of these letters ends; None: none of them waits."""
    ends = [end for letter in letters if (end := sent_from(letter, now))]
    return (min(ends) - now).total_seconds() if ends else None


def is_unread(created: datetime, now: datetime) -> bool:
    """Tell whether a letter about a deletion that was made then is certain not to have been sent."""
    return created <= now + MARGIN < created + LETTERS_WAIT


def take_back(uow: UnitOfWork, undone: Set[Topic]) -> set[Topic]:
    """Remove what was undone from the letters of the outbox; return what nobody can have read yet."""
    unread: set[Topic] = set()
    for letter in uow.paced(list(uow.letters.values())):
        if letter.kind not in UNDOABLE_LETTERS:
            continue
        about = [(facts, (letter.kind, letter.to, _subject_of(facts))) for facts in letter.topics]
        left = [facts for facts, topic in about if topic not in undone]
        if len(left) == len(about):
            continue
        if is_unread(letter.created, uow.now):
            unread |= {topic for _, topic in about if topic in undone}
        if left:
            uow.letters[letter.id] = letter.with_topics(left)
        else:
            del uow.letters[letter.id]
    return unread


def _subject_of(facts: Mapping[str, object]) -> str | int:
    """Return the machine's or group's id; "" for facts that somebody has edited by hand."""
    subject = facts.get("vm_id") or facts.get("group_id")
    return subject if isinstance(subject, (str, int)) else ""


def _renamed(letter: Letter, old: str, new: str) -> Letter:
    return letter.with_topics(
        [{**facts, "vm_id": new} if facts.get("vm_id") == old else facts for facts in letter.topics]
    )
