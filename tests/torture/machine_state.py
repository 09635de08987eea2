"""What can be known of one machine from outside, and whether an answer agrees with it.

Where an instant cannot be known exactly, it is the least and the most it can be, in milliseconds of the server's clock;
an answer that names it narrows it down.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import lru_cache
from typing import NamedTuple

Span = tuple[int, int]


class Now(NamedTuple):
    """When something happened: what the server's clock showed at the least and at the most, and between which moments
    of the record (in seconds)."""

    low: int
    high: int
    begun: float
    ended: float

    @property
    def span(self) -> Span:
        return self.low, self.high


Due = tuple[str, str, Now]  # a letter's kind, its reader, when it was created
Letters = tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Waiter:
    email: str
    hours: float
    auto: bool
    since: Span


@dataclass(frozen=True, slots=True)
class Machine:
    """`holder` until `end`, or held for `hold` until `until`; `since` is the moment it has been so at the earliest.

    `told` is that the holder knows of who waits, `set_at` when the end was chosen, `reminded` how many of its reminders
    have been sent or passed over.
    """

    holder: str | None = None
    end: Span = (0, 0)
    set_at: Span = (0, 0)
    reminded: int = 0
    told: bool = False
    hold: Waiter | None = None
    until: Span = (0, 0)
    queue: tuple[Waiter, ...] = ()
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Follows:
    """A state that may follow, and the letters that are due if it did."""

    machine: Machine
    letters: Letters = ()

    def then(self, machine: Machine, *letters: Due) -> "Follows":
        return Follows(machine, self.letters + letters)


def agreeing(reached: Follows, view: dict) -> Iterator[Follows]:
    """The same, narrowed down to what the answer shows; nothing where it shows something else."""
    machine = reached.machine
    if (view["booked_by"], view["held_for"]) != (machine.holder, machine.hold.email if machine.hold else None):
        return
    if len(view["queue"]) != len(machine.queue):
        return
    queue = tuple(_seen(waiter, shown) for waiter, shown in zip(machine.queue, view["queue"], strict=True))
    if None in queue or not _ends_agree(machine, view):
        return
    end = _exactly(view["expires_at"]) if machine.holder else (0, 0)
    until = _exactly(view["held_until"]) if machine.hold else (0, 0)
    yield reached.then(replace(machine, end=end, until=until, queue=queue))


def _ends_agree(machine: Machine, view: dict) -> bool:
    if machine.holder and not holds(machine.end, view["expires_at"]):
        return False
    return not machine.hold or (holds(machine.until, view["held_until"]) and machine.hold.hours == view["held_hours"])


def _seen(waiter: Waiter, shown: dict) -> Waiter | None:
    alike = (waiter.email, waiter.hours, waiter.auto) == (shown["email"], shown["hours"], shown["auto"])
    return replace(waiter, since=_exactly(shown["since"])) if alike and holds(waiter.since, shown["since"]) else None


def free(machine: Machine) -> Machine:
    return replace(machine, holder=None, end=(0, 0), set_at=(0, 0), reminded=0, told=False, hold=None, until=(0, 0))


def others(machine: Machine) -> list[Waiter]:
    return [waiter for waiter in machine.queue if waiter.email != machine.holder]


def stands_nowhere(machine: Machine, who: str) -> bool:
    held = machine.hold is not None and machine.hold.email == who
    return not held and all(waiter.email != who for waiter in machine.queue)


def is_surely_over(machine: Machine, now: Now) -> bool:
    """Whether a booking or hold would have been ended by whoever comes now."""
    over = machine.end if machine.holder else machine.until
    return bool(machine.holder or machine.hold) and over[1] <= now.low


def later(span: Span, hours: float) -> Span:
    length = max(1, round(hours * 3_600_000))
    return span[0] + length, span[1] + length


def holds(span: Span, text: str) -> bool:
    return span[0] <= _ms(text) <= span[1]


def _exactly(text: str) -> Span:
    return _ms(text), _ms(text)


@lru_cache(1024)  # the same ones are read again and again
def _ms(text: str) -> int:
    moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)
    return round(moment.timestamp() * 1000)
