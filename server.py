"""The production server: gevent's, with what measuring taught about it."""

from __future__ import annotations

import logging
import re
import signal
import socket
from collections.abc import Callable
from typing import Any

import gevent
from flask import Flask
from gevent import monkey, pywsgi

log = logging.getLogger("loadzone")

# Seconds that answers under way get at the end.
LAST_ANSWERS = 0.5


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
    config, socketio = parts.config, app.extensions["socketio"]
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, _stop, socketio)
    parts.start()
    _greet(parts)
    try:
        socketio.run(
            app, host=config.host, port=config.port, log_output=False, handler_class=Handler, error_log=_Quiet()
        )
    except OSError as error:
        log.error("cannot listen on %s:%s: %s", config.host, config.port, error.strerror)
        return 1
    finally:
        parts.stop()
    log.info("stopped")
    return 0


class Handler(pywsgi.WSGIHandler):
    """gevent sends head and body apart; with Nagle's algorithm the second waits 40 ms for the first's receipt."""

    def __init__(self, sock: Any, *args: Any, **named: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(sock, *args, **named)

    def read_request(self, raw_requestline: Any) -> Any:
        """A target may come as a whole address; its host then stands for the Host header (RFC 9112, 3.2.2)."""
        good = super().read_request(raw_requestline)
        whole = re.match(r"https?://([^/?#]+)", self.path or "", re.IGNORECASE) if good else None
        if whole:
            self.path = self.path[whole.end() :] or "/"
            del self.headers["Host"]
            self.headers["Host"] = whole[1]
        return good


class _Quiet:
    """The server's own complaints, one line each, as warnings of ours."""

    def write(self, text: str) -> None:
        if text.strip():
            log.warning("server: %s", text.strip().splitlines()[-1])

    def flush(self) -> None:
        """Nothing is kept back."""


def _greet(parts: Any) -> None:
    config = parts.config
    if config.auth == "trust":
        log.warning("LOADZONE_AUTH=trust: whoever types an address is that person; for a closed test network only")
    if not config.mails:
        log.info("SMTP_HOST is not set: no mail is sent, and sign-in codes are written here")
    if not config.admins and not parts.store.snapshot.users:
        log.info("nobody has signed in yet: the first one to do so becomes admin")
    log.info("serving %s from %s, at %s", config.base_url, parts.store.path, f"{config.host}:{config.port}")


def _stop(socketio: Any) -> None:
    log.info("stopping")
    if socketio.wsgi_server:
        socketio.wsgi_server.stop(timeout=LAST_ANSWERS)
