"""What a reader of the history asks for, and may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from loadzone.domain.history_line import HistoryLine
from loadzone.reports.words import words_of

# Kinds that concern no machine, but whoever reads the history.
FOR_ALL = ("history_began", "history_gap", "data_restored")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The lines asked for: those to which all of this applies. What is not given applies to all.

    `vms` are inner numbers of machines. `person` had the act done to them, or did it. Acts from `since` until before
    `until`. `needles` are texts that a line has, all of them. `has_booking`: it tells which booking it is
    about. Without `with_people` only acts about machines (also of those that were gone when the history began, and
    have no number) and groups are meant, and about the history itself: what members may see.
    """

    vms: tuple[int, ...] | None = None
    group_id: int | None = None
    person: str | None = None
    actions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    needles: tuple[str, ...] = ()
    has_booking: bool = False
    with_people: bool = False

    def includes(self, line: HistoryLine) -> bool:
        """Tell whether the line is one of them."""
        return (
            (self.with_people or line.vm_id is not None or line.group_id is not None or line.action in FOR_ALL)
            and (self.vms is None or line.vm in self.vms)
            and (self.group_id is None or line.group_id == self.group_id)
            and (self.person is None or self.person in (line.email, line.actor))
            and (not self.actions or line.action in self.actions)
            and (self.since is None or line.at >= self.since)
            and (self.until is None or line.at < self.until)
            and (not self.has_booking or line.booking is not None)
            and self._has_needles(line)
        )

    def _has_needles(self, line: HistoryLine) -> bool:
        if not self.needles:
            return True
        words = words_of(line)
        return all(needle in words for needle in self.needles)
