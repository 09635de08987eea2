"""Check the history in the end: each act that was answered is one line, and no line tells what nobody did."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.lib.times import iso
from torture.group_checker import GROUP_ID, GROUP_NAME, MACHINES
from torture.history import OK, UNKNOWN, History, Operation
from unit import joined_lines
from unit.joined_lines import Joined

# The lines by which a call is told. Leaving passes on what is held, also several machines at once.
KINDS = {
    "book": ("booked",),
    "renew": ("renewed",),
    "cancel": ("released", "force_released"),
    "join": ("queue_joined",),
    "leave": ("queue_left", "hold_ended"),
}


@dataclass
class Acts:
    """The lines of the history in their order, those that wait last, and the state that they lead to."""

    lines: list[HistoryLine] = field(default_factory=list)
    state: State = field(default_factory=State)


def violations(history: History) -> Iterator[str]:
    """Yield every violation as a sentence."""
    if history.acts is None:
        return
    lines = history.acts.lines
    yield from _told_twice(lines)
    people = {op.actor for op in history.operations}
    for name, kinds in KINDS.items():
        calls = [op for op in history.operations if op.name == name]
        yield from _miscounted(name, calls, [line for line in lines if line.action in kinds and line.actor in people])
    yield from _without_line(history.operations, lines)
    yield from _not_joined(history.acts)


def _told_twice(lines: Iterable[HistoryLine]) -> Iterator[str]:
    counted = Counter((line.epoch, line.id) for line in lines)
    yield from (f"line {number} of epoch {epoch} is there {n} times" for (epoch, number), n in counted.items() if n > 1)


def _miscounted(name: str, calls: list[Operation], lines: list[HistoryLine]) -> Iterator[str]:
    """Compare the number of a person's acts at a place: each call that was answered, and any of the unanswered."""
    least = Counter((op.actor, _place(name, op.vm)) for op in calls if _has_acted(op))
    most = least + Counter((op.actor, _place(name, op.vm)) for op in calls if op.outcome == UNKNOWN)
    found = Counter((line.actor, _place(name, line.vm_id)) for line in _one_of_each(name, lines))
    for key in least | most | found:
        if not least[key] <= found[key] <= most[key]:
            by = " at ".join(filter(None, key))
            yield f"the history has {found[key]} lines of {name} by {by}, not {least[key]} to {most[key]}"


def _has_acted(op: Operation) -> bool:
    return op.outcome == OK and (op.name != "join" or op.answer["status"] == "ok")


def _place(name: str, vm: str | None) -> str:
    """Return where it was. What is held from the group's queue is passed on at the machine or at the group."""
    return "" if name == "leave" else vm or GROUP_NAME


def _one_of_each(name: str, lines: list[HistoryLine]) -> list[HistoryLine]:
    """Return the lines; of what one person has left in one act only the first."""
    return list({(line.actor, line.at): line for line in lines}.values()) if name == "leave" else lines


def _without_line(operations: Iterable[Operation], lines: Iterable[HistoryLine]) -> Iterator[str]:
    """Find bookings and renewals that were answered and are not told with the very times of the answer."""
    told = {(line.action, line.vm_id, line.email, line.actor, line.booking, line.until) for line in lines}
    told = {(*rest, iso(booking), iso(until)) for *rest, booking, until in told if booking and until}
    for op in operations:
        if op.outcome == OK and op.name in ("book", "renew"):
            kind, answer = KINDS[op.name][0], op.answer
            holder, times = answer["booked_by"], (answer["booked_at"], answer["expires_at"])
            if (kind, op.vm, holder, op.actor, *times) not in told:
                yield f"the history has no line of {op}"


def _not_joined(acts: Acts) -> Iterator[str]:
    """Join the lines: each must go on from those before it, and all of them lead to the state."""
    joined = Joined()
    numbers = {vm.id: vm.number for vm in acts.state.vms.values()}
    joined.groups = {numbers[name]: GROUP_ID for name in MACHINES} | {
        number: None for name, number in numbers.items() if name not in MACHINES
    }
    for line in acts.lines:
        try:
            joined.add(line)
        except (AssertionError, KeyError, TypeError):
            yield f"the history does not go on from what it told before: {line}"
            return
    try:
        joined_lines.check(joined, acts.state)
    except AssertionError as error:
        yield f"the history does not lead to the state: {error}"
