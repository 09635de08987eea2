"""Green threads (gevent) or threads of the system: which of them this process has, and how to run a blocking call."""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

import gevent
import gevent.socket
from gevent import monkey
from gevent.threadpool import ThreadPool

T = TypeVar("T")


def is_green() -> bool:
    """Tell whether gevent has replaced the standard library's threads."""
    return bool(monkey.is_module_patched("threading"))


def async_mode() -> Literal["gevent", "threading"]:
    """Return the mode for Flask-SocketIO."""
    return "gevent" if is_green() else "threading"


class RunBlocking(Protocol):
    """A function that runs a blocking call: `run_here` or `run_blocking`."""

    def __call__(self, call: Callable[[], T], /) -> T:
        """Return what the call returns."""
        ...


def run_here(call: Callable[[], T]) -> T:
    """Run the call in the calling thread; return what it returns."""
    return call()


def run_blocking(call: Callable[[], T]) -> T:
    """Run the call; return what it returns.

    With green threads it runs in gevent's thread pool, so that the others go on during an fsync. It must not raise:
    the thread pool would print the traceback.
    """
    if not is_green():
        return call()
    result: T = gevent.get_hub().threadpool.apply(call)
    return result


class OwnThreads:
    """A RunBlocking with so many threads of its own: what takes long there takes no thread from anybody else."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPool(threads) if is_green() else None

    def __call__(self, call: Callable[[], T], /) -> T:
        """Return what the call returns. It must not raise, as in `run_blocking`."""
        if self._pool is None:
            return call()
        result: T = self._pool.apply(call)
        return result


def os_error_of(call: Callable[[], object]) -> OSError | None:
    """Run the call; return its OSError as a value, for `run_blocking`."""
    try:
        call()
    except OSError as error:
        return error
    return None


def sleep_in_thread(seconds: float) -> None:
    """Sleep in a call of `run_blocking`, where green threads' own sleep would need a loop for the thread."""
    monkey.get_original("time", "sleep")(seconds)


def is_writable(fileno: int) -> bool:
    """Tell whether something can be written at once, without letting other green threads run."""
    poll = monkey.get_original("select", "poll")()
    poll.register(fileno, select.POLLOUT)
    return any(event & select.POLLOUT for _, event in poll.poll(0))


def wait_ahead_to_read(fileno: int, seconds: float) -> bool:
    """Let other green threads run until there is something to read, and go on before all others that can go on then.

    Tell whether there is, after this time at most.
    """
    loop = gevent.get_hub().loop
    watcher = loop.io(fileno, 1, priority=loop.MAXPRI)
    try:
        gevent.socket.wait(watcher, seconds)
    except TimeoutError:
        return False
    finally:
        watcher.close()
    return True


def yield_to_others() -> None:
    """Let other green threads run."""
    time.sleep(0)
