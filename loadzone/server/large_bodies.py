"""Bounds the large bodies in memory: a few in all, one of each person. Others wait for room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from gevent.lock import Semaphore

from loadzone.auth.senders import Sender

LARGE_BODIES_AT_ONCE = 4


_rooms = Semaphore(LARGE_BODIES_AT_ONCE)
_turns: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()  # by person


@contextmanager
def room_for(sender: Sender) -> Iterator[None]:
    """Wait for room in memory, and have it in this block.

    A person's own bodies come one after the other, so that nobody takes all the room with bodies that never come whole.
    """
    with _turns.setdefault(sender.email, Semaphore(1)), _rooms:
        yield
