"""The production server: gevent's, with the settings that measurements led to."""

from __future__ import annotations

import gc
import logging
import resource
import signal
import sys
from collections.abc import Callable
from typing import Protocol

import gevent
from flask import Flask
from gevent import pywsgi
from gevent.event import Event
from gevent.pool import Pool

from loadzone.server.http_protocol import Handler

log = logging.getLogger("loadzone")

# Seconds that answers under way get at the end, before the last write and after it.
LAST_ANSWERS = 0.5
LAST_WORDS = 0.2
# Seconds. With Python's default of 5 ms, the thread that writes the file waited so long before each of its calls, and
# wrote only when no requests came in.
SWITCH_INTERVAL = 50e-6
# Connections above this wait; some descriptors are kept for the data file, its lock, and mail.
CONNECTIONS_AT_MOST = 20_000
DESCRIPTORS_KEPT = 64


class Lifecycle(Protocol):
    """What runs beside requests."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End, and wait for the write under way."""
        ...


def serve(app: Flask, host: str, port: int, lifecycle: Lifecycle, on_serving: Callable[[], None]) -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit status."""
    server = pywsgi.WSGIServer(
        (host, port), app, handler_class=Handler, log=None, error_log=_ErrorLog(), spawn=Pool(_raise_connection_limit())
    )
    try:
        server.init_socket()  # first of all: a server that cannot listen must not release or mail anything
    except OSError as error:
        log.error("cannot listen on %s:%s: %s", host, port, error.strerror)
        lifecycle.stop()
        return 1
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    lifecycle.start()
    _tune_interpreter()
    server.start()
    on_serving()
    stopping.wait()
    log.info("stopping")
    server.close()
    server.pool.join(timeout=LAST_ANSWERS)
    lifecycle.stop()
    server.pool.join(timeout=LAST_WORDS)
    log.info("stopped")
    return 0


def _tune_interpreter() -> None:
    """Leave what exists at the start out of garbage collections, and collect every 10,000 objects instead of every 700.

    Objects of the start stay, and those of a request free themselves: collections took a twentieth of a booking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    sys.setswitchinterval(SWITCH_INTERVAL)


def _raise_connection_limit() -> int:
    """Take all the descriptors that the system grants; return how many connections they allow."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    granted = CONNECTIONS_AT_MOST if most == resource.RLIM_INFINITY else most - DESCRIPTORS_KEPT
    return max(1, min(CONNECTIONS_AT_MOST, granted))


class _ErrorLog:
    """Logs pywsgi's own messages as warnings, one line each."""

    def write(self, text: str) -> None:
        """Log the last line."""
        if text.strip():
            log.warning("server: %s", text.strip().splitlines()[-1])

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""
