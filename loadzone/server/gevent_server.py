"""The production server: gevent's, with what measuring taught about it."""

from __future__ import annotations

import gc
import logging
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

import gevent
from flask import Flask
from gevent import monkey, pywsgi
from gevent.event import Event
from gevent.pool import Pool

from loadzone.server.http_protocol import Handler

log = logging.getLogger("loadzone")

# Seconds that answers under way get at the end.
LAST_ANSWERS = 0.5
LAST_WORDS = 0.2
# Of Python's own five milliseconds the thread that writes the file wanted one before each of its calls, and in effect
# wrote only once nobody asked anything.
TURN_OF_A_THREAD = 50e-6
# Who comes when so many are connected waits; some descriptors are kept for the data file, its lock, mail.
CONNECTIONS_AT_MOST = 20_000
DESCRIPTORS_KEPT = 64


def is_green() -> bool:
    return monkey.is_module_patched("threading")


def async_mode() -> str:
    return "gevent" if is_green() else "threading"


def run_blocking() -> Callable[[Callable[[], Any]], Any]:
    """Runs what blocks the thread, such as fsync: beside the green threads where there are any, else right here."""
    return gevent.get_hub().threadpool.apply if is_green() else lambda call: call()


def serve(app: Flask) -> int:
    """Serve until SIGTERM or Ctrl-C. Gives the exit status."""
    parts = app.extensions["loadzone"]
    place = (parts.config.host, parts.config.port)
    server = pywsgi.WSGIServer(
        place, app, handler_class=Handler, log=None, error_log=_Quiet(), spawn=Pool(_many_connections())
    )
    try:
        server.init_socket()  # before anything is done: who cannot listen must not release or mail either
    except OSError as error:
        log.error("cannot listen on %s:%s: %s", *place, error.strerror)
        parts.store.close()
        return 1
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    parts.start()
    _leave_what_stays_out_of_collections()
    sys.setswitchinterval(TURN_OF_A_THREAD)
    server.start()
    _greet(parts)
    stopping.wait()
    log.info("stopping")
    server.close()
    server.pool.join(timeout=LAST_ANSWERS)
    parts.stop()  # waits for the write under way
    server.pool.join(timeout=LAST_WORDS)
    log.info("stopped")
    return 0


def _leave_what_stays_out_of_collections() -> None:
    """What is there at the start stays, and a request makes hundreds of objects that go by themselves: looking through
    them at every seven hundredth, as Python does of itself, was a twentieth of what a booking takes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def _many_connections() -> int:
    """Each browser holds a connection, and the data file must open beside them: take what the system grants."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    granted = CONNECTIONS_AT_MOST if most == resource.RLIM_INFINITY else most - DESCRIPTORS_KEPT
    return max(1, min(CONNECTIONS_AT_MOST, granted))


class _Quiet:
    """The server's own complaints, one line each, as warnings of ours."""

    def write(self, text: str) -> None:
        if text.strip():
            log.warning("server: %s", text.strip().splitlines()[-1])

    def flush(self) -> None:
        """Nothing is kept back."""


def _greet(parts: Any) -> None:
    config, users = parts.config, parts.store.snapshot.users
    if config.auth == "trust":
        log.warning("LOADZONE_AUTH=trust: whoever types an address is that person; for a closed test network only")
    if not config.mails:
        log.info("SMTP_HOST is not set: no mail is sent, and sign-in codes are written here")
    if not config.admins and not users:
        log.info("nobody has signed in yet: the first one to do so becomes admin")
    if not config.admins and users and not any(user.role == "admin" for user in users.values()):
        log.warning("nobody is an admin: set LOADZONE_ADMINS to the address of who shall be one")
    log.info("serving %s from %s, at %s", config.base_url, parts.store.path, f"{config.host}:{config.port}")
