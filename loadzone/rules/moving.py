"""The lines of the history that wait: they leave once they are moved, or where too many wait."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from loadzone.domain.epochs import next_epoch
from loadzone.domain.events import Event
from loadzone.domain.history_line import WAS, HistoryLine
from loadzone.domain.unit_of_work import UnitOfWork

MOST = 100_000  # lines that wait
AT_ONCE = 10_000  # lines that leave together where more would wait: a long trouble makes few gaps
GAP = "history_gap"


def let_go(uow: UnitOfWork) -> None:
    """Drop the lines that were moved. Where MOST still wait, drop the oldest, and tell of the gap."""
    for number in list(_moved(uow)):
        del uow.history[number]
    if len(uow.history) >= MOST:
        uow.tell(_gap([uow.history.pop(number) for number in list(islice(_droppable(uow), AT_ONCE))]))


def go_on_after(uow: UnitOfWork, number: int, epoch: int) -> None:
    """Go on with numbers that nobody has had, where the history knows greater ones: an older state was restored.

    `number` and `epoch` are the greatest that it knows.
    """
    if number > uow.last_number:
        uow.epoch = next_epoch(max(uow.epoch, epoch), uow.now)
        uow.last_number = number + len(uow.history)  # what waits with lower numbers gets ids after `number`
        uow.tell(Event("data_restored"))


def _moved(uow: UnitOfWork) -> Iterator[int]:
    for number in uow.history:  # they are in the order of their numbers
        if number > uow.moved:
            return
        yield number


def _droppable(uow: UnitOfWork) -> Iterator[int]:
    """Yield the numbers of lines, but for those that older lines need, wherever these are (rules/pseudonyms.py)."""
    return (line.id for line in uow.history.values() if WAS not in line.rest)


def _gap(lines: list[HistoryLine]) -> Event:
    """Return what tells that these lines are lost: from when until when, and how many. Gaps among them are in it."""
    begin = min(line.booking or line.at if line.action == GAP else line.at for line in lines)
    until = max(line.at for line in lines)
    count = sum(_lost(line) for line in lines)
    return Event("history_gap", booked_at=begin, until=until, changed={"lines": [None, count]})


def _lost(line: HistoryLine) -> int:
    count = line.changed.get("lines") if line.action == GAP else None
    return count[1] if isinstance(count, list) else 1
