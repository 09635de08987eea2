"""A pseudonym takes the place of a person who was removed, in all that the state keeps.

In the history's database it is done when the line of the removal arrives there: it has the address under WAS.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import TypeVar

from loadzone.domain.history_line import WAS
from loadzone.domain.people import Letter, User
from loadzone.domain.pseudonym import Pseudonym
from loadzone.domain.records import Deleted, Place, Vm, Waiter
from loadzone.domain.unit_of_work import UnitOfWork

K = TypeVar("K")
R = TypeVar("R")


def apply(uow: UnitOfWork) -> None:
    """Put the pseudonyms of this unit of work into the state, at its end: its own lines get them too."""
    for pseudonym in uow.pseudonyms:
        _mark_removal(uow, pseudonym)
        _change(uow, uow.history, lambda line, one: one.in_line(line), pseudonym)
        _change(uow, uow.users, _user, pseudonym)
        _change(uow, uow.vms, _texts_of, pseudonym)
        _change(uow, uow.deleted, _deleted, pseudonym)
        _change(uow, uow.letters, _letter, pseudonym)


def _change(
    uow: UnitOfWork,
    table: MutableMapping[K, R],
    changed: Callable[[R, Pseudonym], R],
    pseudonym: Pseudonym,
) -> None:
    """Write the records of the table that the pseudonym changes."""
    for key, record in uow.paced(list(table.items())):
        after = changed(record, pseudonym)
        if after != record:
            table[key] = after


def _mark_removal(uow: UnitOfWork, pseudonym: Pseudonym) -> None:
    """Let the line of the removal take the address along, out of sight, to where the older lines are."""
    for line in reversed(list(uow.history.values())):
        if line.action == "user_removed" and line.email == pseudonym.email:
            uow.history[line.id] = replace(line, rest={**line.rest, WAS: pseudonym.email})
            return


def _user(user: User, pseudonym: Pseudonym) -> User:
    """Other people's histories name them, and whoever they have invited."""
    if user.invited_by != pseudonym.email and all(entry.person != pseudonym.email for entry in user.bookings):
        return user
    entries = [
        replace(entry, person=pseudonym.name) if entry.person == pseudonym.email else entry for entry in user.bookings
    ]
    return replace(user, bookings=tuple(entries), invited_by=pseudonym.of(user.invited_by))


def _texts_of(vm: Vm, pseudonym: Pseudonym) -> Vm:
    """The reason of maintenance, and the note of the present booking."""
    note = pseudonym.in_text(vm.booking.note) if vm.booking else ""
    maintenance, loose = pseudonym.in_text(vm.maintenance), pseudonym.in_text(vm.loose_note)
    if (note, maintenance, loose) == (vm.booking.note if vm.booking else "", vm.maintenance, vm.loose_note):
        return vm  # which nearly all are
    booking = replace(vm.booking, note=note) if vm.booking else None
    return replace(vm, booking=booking, maintenance=maintenance, loose_note=loose)


def _deleted(deleted: Deleted, pseudonym: Pseudonym) -> Deleted:
    place: Place = deleted.place
    if isinstance(place, Vm):
        vm = _texts_of(place, pseudonym)
        booking = replace(vm.booking, holder=pseudonym.of(vm.booking.holder)) if vm.booking else None
        hold = replace(vm.hold, email=pseudonym.of(vm.hold.email)) if vm.hold else None
        place = replace(vm, booking=booking, hold=hold, queue=_waiters(vm.queue, pseudonym))
    else:
        place = replace(place, queue=_waiters(place.queue, pseudonym))
    return replace(deleted, place=place, by=pseudonym.of(deleted.by), waiters=_waiters(deleted.waiters, pseudonym))


def _waiters(waiters: tuple[Waiter, ...], pseudonym: Pseudonym) -> tuple[Waiter, ...]:
    return tuple(replace(waiter, email=pseudonym.of(waiter.email)) for waiter in waiters)


def _letter(letter: Letter, pseudonym: Pseudonym) -> Letter:
    """Letters to the person themselves stay: they are delivered or dropped within a day, and need the address."""
    about = pseudonym.in_value(letter.about)
    return letter if letter.to == pseudonym.email or not isinstance(about, dict) else replace(letter, about=about)
