"""The process of the command that `loadzone run` runs."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess  # nosec B404
from collections.abc import Mapping

from loadzone_cli import signals
from loadzone_cli.board import Vm, address
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import NOT_EXECUTABLE, NOT_FOUND, SIGNALLED
from loadzone_cli.messages import say
from loadzone_cli.translation import t

LONG_VARIABLE = "LOADZONE_VMS"  # the only one that can be too long for the system
SHOWN = ("id", "external_ip", "internal_ip", "ssh_user", "ssh_port")  # an older server has no user and port


class Process:
    """A running command.

    At a terminal it stays in our process group: it may read, and Ctrl-C reaches it without us. Elsewhere it gets a
    group of its own, so that a signal reaches all processes that it started.
    """

    def __init__(self, command: list[str], vms: list[Vm]) -> None:
        """Start the command. Raises CommandError where it cannot be run."""
        self._shares_group = signals.in_foreground()
        try:
            self._process = self._start(command, variables(vms))
        except OSError as error:
            status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            raise cannot_run(command[0], status) from None

    def forward(self, signum: int) -> None:
        """Send a signal to the command, and to its whole group where that is its own."""
        if not self._shares_group or signum not in signals.OF_KEYS:  # keys send it to the command too
            signals.send(signum, self._process.pid, whole_group=not self._shares_group)

    def wait(self) -> int:
        """Return the exit status of the command, as a shell would give it."""
        status = self._process.wait()
        return SIGNALLED - status if status < 0 else status

    def _start(self, command: list[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start it as a shell would: a script without a first line that names its interpreter is run by `sh`."""
        own_group = None if self._shares_group else os.setpgrp
        try:
            return subprocess.Popen(command, env=environment(more), preexec_fn=own_group)  # nosec B603
        except OSError as error:
            if error.errno == errno.ENOEXEC:
                script = shutil.which(command[0]) or command[0]
                return self._start(["/bin/sh", script, *command[1:]], more)
            if error.errno == errno.E2BIG and LONG_VARIABLE in more:
                say(t("run.too_long", name=LONG_VARIABLE))
                return self._start(command, {name: more[name] for name in more if name != LONG_VARIABLE})
            raise


def cannot_run(command: str, status: int) -> CommandError:
    return CommandError(t("run.cannot", command=command), status)


def environment(more: dict[str, str]) -> Mapping[str, str] | Mapping[bytes, bytes]:
    """Return our environment and more, in UTF-8 whatever the locale is: names of machines may have any letters."""
    if not os.supports_bytes_environ:
        return {**os.environ, **more}
    return {**os.environb, **{name.encode(): value.encode("utf-8", "surrogatepass") for name, value in more.items()}}


def ssh_port(vm: Vm) -> str:
    """Return the machine's port for ssh; by default the one in its address (`host:port`), else 22."""
    in_address = re.fullmatch(r"(?:\[.+\]|[^:]+):(\d+)", address(vm))
    return str(vm.get("ssh_port") or (in_address[1] if in_address else 22))


def variables(vms: list[Vm]) -> dict[str, str]:
    """Return what the command finds in its environment."""
    shown = [{name: vm.get(name) for name in SHOWN} for vm in vms]
    all_of_them = json.dumps(shown, ensure_ascii=False)
    return {
        "LOADZONE_VM": vms[0]["id"],
        "LOADZONE_VM_IP": address(vms[0]),
        "LOADZONE_VM_USER": vms[0].get("ssh_user") or "",
        "LOADZONE_VM_PORT": ssh_port(vms[0]),
        LONG_VARIABLE: all_of_them,
    }
