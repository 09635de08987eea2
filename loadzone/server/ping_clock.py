"""The clock by which Engine.IO measures how long a client has not answered a ping."""

from __future__ import annotations

from types import SimpleNamespace

from engineio import base_socket, socket

from loadzone.lib.times import steady_seconds


def use_steady_clock() -> None:
    """Measure pings by a clock that nobody can set.

    Engine.IO takes the wall clock. If that is set back, clients that are gone stay connected until the old time comes
    again.
    """
    base_socket.time = socket.time = SimpleNamespace(time=steady_seconds)
