"""The bare steps of a booking: begin it, end it, compute its end. Permissions and queues are not looked at here."""

from __future__ import annotations

from datetime import datetime, timedelta

from loadzone.domain.events import Event
from loadzone.domain.records import Booking, Vm
from loadzone.domain.refusal import Fact, refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import history

CUT_OFF = timedelta(minutes=1)  # clocks differ, and people choose whole minutes


def begin(
    uow: UnitOfWork,
    vm: Vm,
    email: str,
    hours: float,
    note: str = "",
    via: str = "",
    heartbeat_minutes: float | None = None,
    by: str | None = None,
    is_turn: bool = False,
) -> Vm:
    """Book the machine for `hours` from now; return it. Its hold, and the holder's own place in its queue, end.

    Somebody for whom `by` books is told. The token `via` is not theirs then, so the booking does not name it.
    `is_turn`: nobody books, and the caller tells that the turn has come.
    Raises Refusal: too_far_ahead.
    """
    end = end_of(uow, vm, uow.now, hours)
    other = by if by != email else None
    booking = Booking(
        holder=email,
        expires_at=end,
        booked_at=uow.now,
        end_set_at=uow.now,
        note=note,
        via="" if other else via,
        heartbeat_minutes=heartbeat_minutes,
        heartbeat_at=uow.heard_until if heartbeat_minutes else None,
    )
    queue = tuple(waiter for waiter in vm.queue if waiter.email != email)
    booked = uow.vms[vm.id] = replace(vm, booking=booking, hold=None, queue=queue, loose_note="")
    history.note(uow, email, "book", vm.id, uow.now, end, person=other or "")
    _tell(uow, vm.id, booking, hours, via, other, is_turn)
    return booked


def end(uow: UnitOfWork, vm: Vm, booking: Booking, action: str, event: Event) -> None:
    """End the machine's booking, add `action` to its holder's history, tell the event."""
    uow.vms[vm.id] = replace(vm, booking=None, freed_at=uow.now)
    history.note(uow, booking.holder, action, vm.id, uow.now, uow.now)
    uow.tell(event)


def hours_of(
    uow: UnitOfWork, start: datetime, hours: float | None, until: datetime | None, vm: Vm | None = None
) -> float:
    """Return `hours`, or those from `start` to `until`. What is beyond the limits by less than a minute is cut off.

    A refusal names `vm`: of several that are renewed, each has a start of its own.
    Raises Refusal: bad_input, too_early, too_far_ahead.
    """
    if until is None:
        check_hours(uow, hours or 0)
        return hours or 0
    name: dict[str, Fact] = {"vm_id": vm.id} if vm else {}
    if until <= start:
        refuse("too_early", **name, earliest=start)
    most, ahead = timedelta(hours=uow.limits.max_hours), timedelta(hours=uow.limits.max_ahead_hours)
    latest = min(start + most, uow.now + ahead)
    if until >= latest + CUT_OFF:
        refuse("too_far_ahead", **name, latest=latest, max=uow.limits.max_hours)
    return (min(until, latest) - start) / timedelta(hours=1)


def check_hours(uow: UnitOfWork, hours: float) -> None:
    """Raise Refusal: bad_input where the settings allow fewer hours."""
    if not 0 < hours <= uow.limits.max_hours:
        refuse("bad_input", field="hours", reason="hours", max=uow.limits.max_hours)


def end_of(uow: UnitOfWork, vm: Vm, start: datetime, hours: float) -> datetime:
    """Return the time `hours` after `start`, to the millisecond.

    Raises Refusal: too_far_ahead where it is further from now than the settings allow.
    """
    length = timedelta(milliseconds=max(1, round(hours * 3_600_000)))
    latest = uow.now + timedelta(hours=uow.limits.max_ahead_hours)
    if length > latest - start:
        refuse("too_far_ahead", vm_id=vm.id, latest=latest, max=uow.limits.max_ahead_hours)
    return start + length


def _tell(
    uow: UnitOfWork, vm_id: str, booking: Booking, hours: float, via: str, other: str | None, is_turn: bool
) -> None:
    """Tell that the booking began; its holder too, where an `other` has booked."""
    email, end, begun, note = booking.holder, booking.expires_at, booking.booked_at, booking.note
    by, receiver, is_act = (other, email, True) if other else (email, "", not is_turn)
    uow.tell(
        Event(
            "booked",
            by=by,
            via=via,
            vm_id=vm_id,
            hours=hours,
            until=end,
            booked_at=begun,
            receiver=receiver,
            note=note,
            is_act=is_act,
        )
    )
    if other:
        uow.tell(Event("booked_for", by=other, via=via, to=email, vm_id=vm_id, until=end, booked_at=begun, note=note))
