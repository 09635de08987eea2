"""Faults that the checker must find. They are patched into the server of a test; LoadZone itself knows none of them."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import gevent

from loadzone.domain.refusal import Refusal
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import acts, booking
from loadzone.rules.group_serving import GroupServing
from mailer import Mailer
from storage import DurableStore
from torture import planted_in_nodes


def remove_lock() -> None:
    """Let two rules run at the same time."""
    real = DurableStore.__init__

    def init(store, *args, **named):
        real(store, *args, **named)
        store._turn = nullcontext()

    DurableStore.__init__ = init


def answer_before_commit() -> None:
    """Answer before the commit is on disk."""
    real = DurableStore._settle
    DurableStore._settle = lambda store, *batch: gevent.spawn(real, store, *batch) and None


def remove_undo() -> None:
    """Keep in memory what could not be written, so that the next commit writes it."""
    DurableStore._undo = lambda store, batch, error: batch.settle(error, in_force=False)


def drop_letters() -> None:
    """Drop the letters that are due while the SMTP server cannot be reached."""

    def drop_all(mailer, letter):
        for due in list(mailer._due()):
            mailer._finish(due)

    Mailer._pause_all = drop_all


def apply_refused_renewals() -> None:
    """Renew a booking although the renewal is refused because others wait."""
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
    DurableStore.do = _raising_refusals_late(DurableStore.do)


def _raising_refusals_late(real):
    """Raise the refusal that the rule has noted once its commit is on disk."""

    def do(store, open_unit, work):
        opened = []

        def open_and_note(state):
            opened[:] = [open_unit(state)]
            return opened[0]

        result = real(store, open_and_note, work)
        if hasattr(opened[0], "refusal"):
            raise opened[0].refusal
        return result

    return do


def send_false_letters() -> None:
    """Write to people who release their own machine that their booking has ended."""
    real = UnitOfWork.tell

    def tell(uow, event):
        real(uow, event)
        if event.kind == "released":
            real(uow, replace(event, kind="expired", by=None))

    UnitOfWork.tell = tell


def serve_last_first() -> None:
    """Serve a group's queue from its end."""
    real = GroupServing.__init__

    def begin(serving, uow, group):
        real(serving, uow, replace(group, queue=group.queue[::-1]))

    GroupServing.__init__ = begin


def lose_lines() -> None:
    """Lose every twentieth line of the history."""
    real = acts.note

    def note(uow):
        last = uow.last_number
        real(uow)
        for number in range(last + 1, uow.last_number + 1):
            if number % 20 == 0 and number in uow.history:
                del uow.history[number]

    acts.note = note


FAULTS = {
    "lines": lose_lines,
    "lock": remove_lock,
    "early": answer_before_commit,
    "undo": remove_undo,
    "post": drop_letters,
    "refused": apply_refused_renewals,
    "rumour": send_false_letters,
    "order": serve_last_first,
    **planted_in_nodes.FAULTS,
}


def plant(name: str) -> None:
    """Plant the fault of that name, or none if the name is empty."""
    if name:
        FAULTS[name]()
