"""Faults that the checker must find, put into the server of a test from outside; the product knows of none."""

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta

import gevent

from loadzone.domain.records import Group
from loadzone.domain.refusal import Refusal
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import booking, turns
from mailer import Mailer
from storage import JsonStore


def without_a_lock() -> None:
    """Two rules may run at once."""
    real = JsonStore.__init__

    def init(store, *args, **named):
        real(store, *args, **named)
        store._turn = nullcontext()

    JsonStore.__init__ = init


def answered_early() -> None:
    """The answer is given before the change is on disk."""
    real = JsonStore._settle
    JsonStore._settle = lambda store, *batch: gevent.spawn(real, store, *batch) and None


def without_undo() -> None:
    """What the disk refused stays in memory, and is written with what comes next."""
    JsonStore._undo = lambda store, batch, error: batch.settle(error)


def forgetful_post() -> None:
    """Letters that are due while the SMTP server is away are dropped."""
    real = Mailer._log_it_is_away

    def away(mailer, error):
        for letter in mailer._due():
            mailer._finish(letter)
        real(mailer, error)

    Mailer._log_it_is_away = away


def refused_in_vain() -> None:
    """A renewal that is refused because others wait is made all the same."""
    real = booking.renew

    def renew(uow, actor, vm_id, hours, expires_at=None):
        try:
            return real(uow, actor, vm_id, hours, expires_at)
        except Refusal as refusal:
            if refusal.code != "others_wait":
                raise
            vm = uow.vms[vm_id]
            longer = replace(vm.booking, expires_at=vm.booking.expires_at + timedelta(hours=hours))
            uow.vms[vm_id] = replace(vm, booking=longer)
            uow.refusal = refusal
            return uow.vms[vm_id]

    booking.renew = renew
    JsonStore.transaction = _refusing_late(JsonStore.transaction)


def _refusing_late(real):
    """What the rule noted as its refusal is raised once its change is on disk."""

    @contextmanager
    def transaction(store, open_unit):
        with real(store, open_unit) as uow:
            yield uow
        if hasattr(uow, "refusal"):
            raise uow.refusal

    return transaction


def rumours() -> None:
    """Who releases a machine of their own is written that its time was over."""
    real = UnitOfWork.tell

    def tell(uow, event):
        real(uow, event)
        if event.kind == "released":
            real(uow, replace(event, kind="expired", by=None))

    UnitOfWork.tell = tell


def last_come_first_served() -> None:
    """A group's queue is served from its end."""
    real = turns._first

    def first(uow, place):
        return place.queue[-1] if isinstance(place, Group) and place.queue else real(uow, place)

    turns._first = first


FAULTS = {
    "lock": without_a_lock,
    "early": answered_early,
    "undo": without_undo,
    "post": forgetful_post,
    "refused": refused_in_vain,
    "rumour": rumours,
    "order": last_come_first_served,
}


def plant(name: str) -> None:
    """Put that fault in; none for an empty name."""
    if name:
        FAULTS[name]()
