"""`loadzone run`: checks the command, runs its job, and turns errors into exit statuses of its own."""

from __future__ import annotations

import argparse
import os
import shutil
import time

from loadzone_cli.api_client import ApiClient
from loadzone_cli.connection import connect
from loadzone_cli.errors import CommandError, StoppedBySignal
from loadzone_cli.exit_status import NOT_EXECUTABLE, NOT_FOUND, NOT_FREE, NOT_FREE_IN_TIME, NOT_RUN, SIGNALLED
from loadzone_cli.job import Job
from loadzone_cli.messages import say
from loadzone_cli.patience import when_reachable
from loadzone_cli.process import cannot_run
from loadzone_cli.target import Target, target_of
from loadzone_cli.translation import t

# The statuses of errors that are not simply NOT_RUN.
STATUSES = {NOT_FREE: NOT_FREE_IN_TIME, NOT_EXECUTABLE: NOT_EXECUTABLE, NOT_FOUND: NOT_FOUND}


def run(args: argparse.Namespace) -> int:
    """Return the exit status of the command. Raises CommandError where the command was not run."""
    try:
        check_command(args.command)
        api, deadline = connect(args), time.monotonic() + (args.wait or 0)
        target = when_reachable(lambda: first_look(api, args), deadline)
        return Job(api, args, target, deadline).run()
    except StoppedBySignal as stopped:
        say(t("run.stopped"))
        return SIGNALLED + stopped.signum
    except CommandError as error:
        error.status = STATUSES.get(error.status, NOT_RUN)
        raise
    except Exception as error:  # 1 would be taken for the status of the command
        raise CommandError(t("run.unexpected", error=repr(error)), NOT_RUN) from error


def first_look(api: ApiClient, args: argparse.Namespace) -> Target:
    """Return what to book. Raises CommandError, also where the token is not valid."""
    api.email()
    return target_of(api, args)


def check_command(command: list[str]) -> None:
    """Raise CommandError where no command is given, or where it cannot be run; before anything is booked."""
    if not command:
        raise CommandError(t("run.no_command"))
    if not shutil.which(command[0]):
        raise cannot_run(command[0], NOT_EXECUTABLE if os.path.exists(command[0]) else NOT_FOUND)
