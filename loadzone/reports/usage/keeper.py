"""Keeps the usage tables up to date as lines of the history come, in the same transaction as the lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from loadzone.domain.history_line import HistoryLine
from loadzone.reports.usage import waiting
from loadzone.reports.usage.day_sums import sum_up
from loadzone.reports.usage.holders import holder_of
from loadzone.reports.usage.instants import as_number
from loadzone.reports.usage.kept import Kept
from loadzone.reports.usage.progress import begun, lock
from loadzone.reports.usage.records import Booking, Machine

SET_THE_END = ("booked", "auto_booked", "handed_over", "renewed", "end_set", "vm_undeleted")


def keep(connection: Connection, lines: Sequence[HistoryLine]) -> None:
    """Take these lines, which nobody has given before, in their order, into the usage tables."""
    if not lines:
        return
    lock(connection)
    summed = begun(connection, as_number(lines[0].at))
    kept = Kept(connection, summed)
    kept.read_machines(line.vm for line in lines if line.vm is not None)
    kept.read_people({email for line in lines for email in (line.email or "", holder_of(line)[0])})
    for line in lines:
        if line.vm is not None:
            _take_machine(kept, line, line.vm)
        elif line.action in _GROUP_ACTS and line.group_id is not None:
            _GROUP_ACTS[line.action](kept, line)
        waiting.take(kept, line)
    kept.flush()
    sum_up(connection, summed, as_number(lines[-1].at))


def _take_machine(kept: Kept, line: HistoryLine, number: int) -> None:
    """Take what the line says of its machine. What lines that are lost would have said is found out, too."""
    at = as_number(line.at)
    machine = kept.machine(number)
    if machine is None:
        machine = Machine(number, line.vm_id or "", at, group_key=kept.group_key(line.group_id, line.group))
        kept.add_machine(machine)
    if machine.until is not None and machine.until < at:  # the end has come, and was not noted at once
        kept.change(machine, machine.until, person=None)
    act = _MACHINE_ACTS.get(line.action)
    if act:
        act(kept, machine, line, at)
    if line.action in SET_THE_END and line.until:
        machine.until = as_number(line.until)
    if line.action in ("vm_deleted", "vm_ungrouped"):  # the group is the one that it was in
        return
    kept.change(machine, at, vm_id=line.vm_id or machine.vm_id, group_key=kept.group_key(line.group_id, line.group))


def _begin(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    """Begin a booking."""
    began = as_number(line.booking) if line.booking else at
    kept.end_booking(machine, at, "released")  # only where the line of the end is lost
    waited = waiting.turn_taken(kept, line) if line.action == "auto_booked" else None
    person = waited if waited is not None else kept.person(*holder_of(line))
    kept.change(
        machine, at, gone=False, booking=began, person=person, group_key=kept.group_key(line.group_id, line.group)
    )
    kept.add_booking(Booking(machine.vm, began, machine.group_key, person))


def _hand_over(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    """End the giver's booking, and begin the receiver's."""
    kept.end_booking(machine, at, "handed_over")
    _begin(kept, machine, line, at)


def _finish(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    """End a booking. One whose time was over while the server was down ended at its time."""
    if machine.booking is None and line.booking is not None:
        _catch_up(kept, machine, line, as_number(line.booking))
    true_end = min(at, as_number(line.until)) if line.until else at
    kept.end_booking(machine, true_end, line.action)


def _catch_up(kept: Kept, machine: Machine, line: HistoryLine, began: int) -> None:
    """Begin a booking whose line is lost, now that its end is told."""
    person = kept.person(line.email or "")
    kept.change(machine, began, booking=began, person=person)
    if kept.booking(machine.vm, began) is None:
        kept.add_booking(Booking(machine.vm, began, machine.group_key, person))


def _delete(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    kept.end_booking(machine, at, line.action)
    kept.change(machine, at, gone=True)


def _undelete(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    """Bring a machine back, with its booking if it goes on: that is the one that it had."""
    kept.change(machine, at, gone=False)
    if line.booking is None:
        return
    began = as_number(line.booking)
    booking = kept.booking(machine.vm, began)
    if booking is None:
        booking = Booking(machine.vm, began, machine.group_key, kept.person(line.email or ""))
        kept.add_booking(booking)
    booking.ended = booking.how = None
    kept.change(machine, at, booking=began, person=booking.person)


def _stop(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    kept.change(machine, at, in_service=False)


def _resume(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    kept.change(machine, at, in_service=True)


def _add(kept: Kept, machine: Machine, line: HistoryLine, at: int) -> None:
    kept.change(machine, at, gone=False)


def _add_group(kept: Kept, line: HistoryLine) -> None:
    """Keep a group. The id of one that is gone may come again for another."""
    known = kept.group(line.group_id)
    if line.group_id is not None and (known is None or known.gone):
        kept.add_group(line.group_id, line.group)


def _name_group(kept: Kept, line: HistoryLine) -> None:
    group = kept.group(line.group_id)
    if group:
        group.name = line.group


def _delete_group(kept: Kept, line: HistoryLine) -> None:
    group = kept.group(line.group_id)
    if group:
        group.gone = True


def _undelete_group(kept: Kept, line: HistoryLine) -> None:
    group = kept.group(line.group_id)
    if group:
        group.gone, group.name = False, line.group


_MACHINE_ACTS: dict[str, Callable[[Kept, Machine, HistoryLine, int], None]] = {
    "booked": _begin,
    "auto_booked": _begin,
    "handed_over": _hand_over,
    "released": _finish,
    "expired": _finish,
    "force_released": _finish,
    "silent": _finish,
    "vm_added": _add,
    "vm_deleted": _delete,
    "vm_undeleted": _undelete,
    "maintenance_began": _stop,
    "maintenance_ended": _resume,
}
_GROUP_ACTS: dict[str, Callable[[Kept, HistoryLine], None]] = {
    "group_added": _add_group,
    "group_renamed": _name_group,
    "group_deleted": _delete_group,
    "group_undeleted": _undelete_group,
}
