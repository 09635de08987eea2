"""The process of the command that `loadzone run` runs, and the signals that reach it."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # nosec B404
from collections.abc import Callable

from loadzone_cli.board import Vm, address
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import NOT_EXECUTABLE, NOT_FOUND, SIGNALLED
from loadzone_cli.translation import t

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def handle_signals(handler: Callable[[int], None]) -> None:
    """Call `handler` with the number of each signal that asks to end. Ignored signals stay so, as under nohup."""
    for signum in ENDING_SIGNALS:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, lambda received, _: handler(received))


class Process:
    """A running command.

    At a terminal it stays in our process group: it may read, and Ctrl-C reaches it without us. Elsewhere it gets a
    group of its own, so that a signal reaches all processes that it started.
    """

    def __init__(self, command: list[str], vms: list[Vm]) -> None:
        """Start the command. Raises CommandError where it cannot be run."""
        self._shares_group = in_foreground()
        environment = {**os.environ, **variables(vms)}
        own_group = None if self._shares_group else os.setpgrp
        try:
            self._process = subprocess.Popen(command, env=environment, preexec_fn=own_group)  # nosec B603
        except OSError as error:
            status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            raise cannot_run(command[0], status) from None

    def forward(self, signum: int) -> None:
        """Send a signal to the command, and to its whole group where that is its own."""
        try:
            if not self._shares_group:
                os.killpg(self._process.pid, signum)
            elif signum != signal.SIGINT:  # that one came from the keys, which send it to the command too
                os.kill(self._process.pid, signum)
        except ProcessLookupError:  # it has just ended
            pass

    def wait(self) -> int:
        """Return the exit status of the command, as a shell would give it."""
        status = self._process.wait()
        return SIGNALLED - status if status < 0 else status


def cannot_run(command: str, status: int) -> CommandError:
    return CommandError(t("run.cannot", command=command), status)


def variables(vms: list[Vm]) -> dict[str, str]:
    """Return what the command finds in its environment."""
    shown = [{"id": vm["id"], "external_ip": vm["external_ip"], "internal_ip": vm["internal_ip"]} for vm in vms]
    all_of_them = json.dumps(shown, ensure_ascii=False)
    return {"LOADZONE_VM": vms[0]["id"], "LOADZONE_VM_IP": address(vms[0]), "LOADZONE_VMS": all_of_them}


def in_foreground() -> bool:
    """Return whether a terminal's keys send their signals to us and to the processes that we start."""
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
