"""The state of one machine as far as clients can know it, and the check of an answer against it.

Where an instant is not known exactly, it is a span: the least and the most it can be, in milliseconds of the server's
clock. An answer that contains the instant narrows the span down.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import lru_cache
from typing import NamedTuple

Span = tuple[int, int]


class Instant(NamedTuple):
    """When something took effect: the least and the most that the server's clock showed, in milliseconds, and the
    times of the history after and before which it was, in seconds."""

    low: int
    high: int
    after: float
    before: float

    @property
    def span(self) -> Span:
        return self.low, self.high


DueLetter = tuple[str, str, Instant]  # kind, recipient, when it was created
DueLetters = tuple[DueLetter, ...]


@dataclass(frozen=True, slots=True)
class Waiter:
    email: str
    hours: float
    auto: bool
    since: Span


@dataclass(frozen=True, slots=True)
class MachineState:
    """Booked by `holder` until `end`, or held for `hold` until `hold_until`, or free.

    `since`: the earliest time at which the machine can have come into this state. `holder_notified`: the holder was
    told that somebody waits. `end_set_at`: when the end was set. `reminded`: how many of the reminders of this end were
    sent or skipped.
    """

    holder: str | None = None
    end: Span = (0, 0)
    end_set_at: Span = (0, 0)
    reminded: int = 0
    holder_notified: bool = False
    hold: Waiter | None = None
    hold_until: Span = (0, 0)
    queue: tuple[Waiter, ...] = ()
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Branch:
    """A state that the machine may be in, and the letters that are due if it is."""

    state: MachineState
    letters: DueLetters = ()

    def then(self, state: MachineState, *letters: DueLetter) -> "Branch":
        return Branch(state, self.letters + letters)


def matching(branch: Branch, view: dict) -> Iterator[Branch]:
    """Yield the branch narrowed down to what the answer shows, or nothing if the answer contradicts it."""
    state = branch.state
    if (view["booked_by"], view["held_for"]) != (state.holder, state.hold.email if state.hold else None):
        return
    if len(view["queue"]) != len(state.queue):
        return
    queue = tuple(_matching_waiter(waiter, shown) for waiter, shown in zip(state.queue, view["queue"], strict=True))
    if None in queue or not _ends_match(state, view):
        return
    end = _exactly(view["expires_at"]) if state.holder else (0, 0)
    hold_until = _exactly(view["held_until"]) if state.hold else (0, 0)
    yield branch.then(replace(state, end=end, hold_until=hold_until, queue=queue))


def _ends_match(state: MachineState, view: dict) -> bool:
    if state.holder and not contains(state.end, view["expires_at"]):
        return False
    return not state.hold or (contains(state.hold_until, view["held_until"]) and state.hold.hours == view["held_hours"])


def _matching_waiter(waiter: Waiter, shown: dict) -> Waiter | None:
    alike = (waiter.email, waiter.hours, waiter.auto) == (shown["email"], shown["hours"], shown["auto"])
    matches = alike and contains(waiter.since, shown["since"])
    return replace(waiter, since=_exactly(shown["since"])) if matches else None


def freed(state: MachineState) -> MachineState:
    return replace(
        state,
        holder=None,
        end=(0, 0),
        end_set_at=(0, 0),
        reminded=0,
        holder_notified=False,
        hold=None,
        hold_until=(0, 0),
    )


def other_waiters(state: MachineState) -> list[Waiter]:
    return [waiter for waiter in state.queue if waiter.email != state.holder]


def is_waiting(state: MachineState, email: str) -> bool:
    """Tell whether the person is in the queue or the machine is held for them."""
    held = state.hold is not None and state.hold.email == email
    return held or any(waiter.email == email for waiter in state.queue)


def is_surely_over(state: MachineState, now: Instant) -> bool:
    """Tell whether the booking or hold has ended by now, so that any call would end it first."""
    end = state.end if state.holder else state.hold_until
    return bool(state.holder or state.hold) and end[1] <= now.low


def later(span: Span, hours: float) -> Span:
    length = max(1, round(hours * 3_600_000))
    return span[0] + length, span[1] + length


def contains(span: Span, text: str) -> bool:
    return span[0] <= _milliseconds(text) <= span[1]


def _exactly(text: str) -> Span:
    return _milliseconds(text), _milliseconds(text)


@lru_cache(1024)  # the same texts are parsed again and again
def _milliseconds(text: str) -> int:
    moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)
    return round(moment.timestamp() * 1000)
