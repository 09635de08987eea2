"""Faults that the checker must find, put into the server of a test from outside; the product knows of none."""

from contextlib import nullcontext

import gevent

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
    JsonStore._settle = lambda store, batch: gevent.spawn(real, store, batch) and None


def without_undo() -> None:
    """What the disk refused stays in memory, and is written with what comes next."""
    JsonStore._undo = lambda store, batch, error: batch.settle(error)


def forgetful_post() -> None:
    """Letters that are due while the SMTP server is away are dropped."""
    real = Mailer._say_it_is_away

    def away(mailer, error):
        for letter in mailer._due():
            mailer._finish(letter)
        real(mailer, error)

    Mailer._say_it_is_away = away


FAULTS = {
    "lock": without_a_lock,
    "early": answered_early,
    "undo": without_undo,
    "post": forgetful_post,
}


def plant(name: str) -> None:
    """Put that fault in; none for an empty name."""
    if name:
        FAULTS[name]()
