"""The signals that ask to end, as far as the system has them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

ENDING = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
    if name in signal.Signals.__members__
)
# Signals of keys: the terminal or console sends them to everything that runs in it.
OF_KEYS = {signum for signum in ENDING if signum.name in ("SIGINT", "SIGBREAK")}


def handle_signals(handler: Callable[[int], None]) -> None:
    """Call `handler` with the number of each signal that asks to end. Ignored signals stay so, as under nohup.

    Where the end of children is ignored (SIGCHLD), their exit status is lost: that is set right.
    """
    for signum in ENDING:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, lambda received, _: handler(received))
    ended = getattr(signal, "SIGCHLD", None)
    if ended and signal.getsignal(ended) is signal.SIG_IGN:
        signal.signal(ended, signal.SIG_DFL)


def in_foreground() -> bool:
    """Return whether keys send their signals to us and to the processes that we start."""
    if not hasattr(os, "tcgetpgrp"):
        return True  # a console of Windows sends them to all
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def send(signum: int, pid: int, whole_group: bool) -> None:
    """Send a signal to a process, or to its whole group. One that has just ended, or is another user's, gets none."""
    try:
        if whole_group:
            os.killpg(pid, signum)
        else:
            os.kill(pid, signum)
    except (ProcessLookupError, PermissionError):
        pass
