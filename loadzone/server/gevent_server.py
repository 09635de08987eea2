"""The production server: gevent's pywsgi, with settings that were found by measuring."""

from __future__ import annotations

import gc
import logging
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, Protocol

import gevent
from flask import Flask
from gevent import pywsgi
from gevent.event import Event
from gevent.pool import Pool

from loadzone.auth.senders import Sender
from loadzone.lib.ending import Ending
from loadzone.server.http_protocol import HttpHandler
from loadzone.server.idle_connections import IdleConnections

log = logging.getLogger("loadzone")

# Seconds at the end for requests under way: until the last write, and after it for those that waited for it.
GRACE_BEFORE_LAST_WRITE = 0.5
GRACE_AFTER_LAST_WRITE = 0.2
# Seconds. With Python's default of 5 ms, the thread that writes the file waited that long before each of its calls, and
# so wrote only while no requests came in.
SWITCH_INTERVAL = 50e-6
# A status unlike that of a start which is refused: a supervisor may start it again, perhaps upgraded by then.
CANNOT_GO_ON = 3
# Further connections wait. Some file descriptors are left for the data file, its lock, and mail.
CONNECTIONS_AT_MOST = 20_000
DESCRIPTORS_RESERVED = 64


class Lifecycle(Protocol):
    """The parts of the application that run beside requests. `ending` tells when they can go on no more."""

    @property
    def ending(self) -> Ending:
        """The reason to end, once there is one."""
        ...

    def start(self) -> None:
        """Start them."""
        ...

    def stop(self) -> None:
        """Stop them, and wait for the write under way."""
        ...


class Server(pywsgi.WSGIServer):  # type: ignore[misc]  # gevent has no types
    """A WSGI server that knows who may send large bodies: `sender_of(cookies, authorization)`."""

    def __init__(
        self, *args: Any, sender_of: Callable[[str, str], Sender | None], **options: Any
    ) -> None:  # as in gevent
        super().__init__(*args, **options)
        self.sender_of = sender_of
        self.idle = IdleConnections()

    def close(self) -> None:
        """Accept no more connections, and end those without a request. Requests that have come are answered."""
        super().close()
        self.idle.end()


def serve(
    app: Flask,
    host: str,
    port: int,
    lifecycle: Lifecycle,
    on_serving: Callable[[], None],
    sender_of: Callable[[str, str], Sender | None],
) -> int:
    """Serve until SIGTERM or Ctrl-C, or until the parts beside cannot go on; return the exit status.

    `on_serving` is called once connections are accepted. `sender_of(cookies, authorization)` tells by these two
    headers who may send large bodies.
    """
    options = {"handler_class": HttpHandler, "log": None, "error_log": _ErrorLog()}
    server = Server((host, port), app, sender_of=sender_of, spawn=Pool(_raise_connection_limit()), **options)
    try:
        server.init_socket()  # before anything else: a server that cannot listen must not release machines or send mail
    except OSError as error:
        log.error("cannot listen on %s:%s: %s", host, port, error.strerror)
        lifecycle.stop()
        return 1
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    lifecycle.ending.when_told(stopping.set)
    lifecycle.start()
    _tune_interpreter()
    server.start()
    on_serving()
    stopping.wait()
    _stop(server, lifecycle)
    return CANNOT_GO_ON if lifecycle.ending.why else 0


def _stop(server: Server, lifecycle: Lifecycle) -> None:
    """Accept no more connections, let requests end, and write for the last time."""
    log.info("stopping")
    server.close()
    server.pool.join(timeout=GRACE_BEFORE_LAST_WRITE)
    lifecycle.stop()
    server.pool.join(timeout=GRACE_AFTER_LAST_WRITE)
    log.info("stopped")


def _tune_interpreter() -> None:
    """Make garbage collections rare and small, and switches between threads frequent.

    Objects that exist now are never collected; younger ones are looked at after 10,000 new objects instead of 700.
    Almost all objects of a request are freed without a collection, and collections took a twentieth of a booking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    sys.setswitchinterval(SWITCH_INTERVAL)


def _raise_connection_limit() -> int:
    """Raise the limit of file descriptors to the hard limit; return how many connections that allows."""
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
    unlimited = hard_limit == resource.RLIM_INFINITY
    return max(1, CONNECTIONS_AT_MOST if unlimited else min(CONNECTIONS_AT_MOST, hard_limit - DESCRIPTORS_RESERVED))


class _ErrorLog:
    """Logs the messages of pywsgi as warnings, one line each."""

    def write(self, text: str) -> None:
        """Log the last line of the text."""
        if text.strip():
            log.warning("server: %s", text.strip().splitlines()[-1])

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""
