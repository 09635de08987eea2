"""Green threads or real ones: which of them this process runs, and how a blocking call runs beside them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

import gevent
from gevent import monkey

T = TypeVar("T")


def is_green() -> bool:
    """Tell whether gevent has replaced the standard library's threads."""
    return bool(monkey.is_module_patched("threading"))


def async_mode() -> Literal["gevent", "threading"]:
    """Return the mode for Flask-SocketIO."""
    return "gevent" if is_green() else "threading"


class RunBlocking(Protocol):
    """Runs a blocking call and returns what it returns."""

    def __call__(self, call: Callable[[], T], /) -> T:
        """Run it."""
        ...


def run_here(call: Callable[[], T]) -> T:
    """Run the call in the calling thread."""
    return call()


def run_blocking(call: Callable[[], T]) -> T:
    """Return what `call` returns. With green threads it runs in gevent's thread pool, so that fsync stops nobody else.

    `call` must not raise: the thread pool would print the traceback.
    """
    if not is_green():
        return call()
    result: T = gevent.get_hub().threadpool.apply(call)
    return result


def yield_to_others() -> None:
    """Let other green threads run."""
    time.sleep(0)
