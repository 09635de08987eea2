"""`loadzone run`: checks the command, runs its job, and turns errors into exit statuses of its own."""

from __future__ import annotations

import argparse
import os
import shutil

from loadzone_cli.connection import connect
from loadzone_cli.errors import CommandError, StoppedBySignal
from loadzone_cli.exit_status import NOT_EXECUTABLE, NOT_FOUND, NOT_FREE, NOT_FREE_IN_TIME, NOT_RUN, SIGNALLED
from loadzone_cli.job import Job
from loadzone_cli.messages import say
from loadzone_cli.process import cannot_run
from loadzone_cli.target import target_of
from loadzone_cli.translation import t

# The statuses of errors that are not simply NOT_RUN.
STATUSES = {NOT_FREE: NOT_FREE_IN_TIME, NOT_EXECUTABLE: NOT_EXECUTABLE, NOT_FOUND: NOT_FOUND}


def run(args: argparse.Namespace) -> int:
    """Return the exit status of the command. Raises CommandError where the command was not run."""
    try:
        check_command(args.command)
        api = connect(args)
        return Job(api, args, target_of(api, args)).run()
    except StoppedBySignal as stopped:
        say(t("run.stopped"))
        return SIGNALLED + stopped.signum
    except CommandError as error:
        error.status = STATUSES.get(error.status, NOT_RUN)
        raise


def check_command(command: list[str]) -> None:
    """Raise CommandError where no command is given, or where it cannot be run; before anything is booked."""
    if not command:
        raise CommandError(t("run.no_command"))
    if not shutil.which(command[0]):
        raise cannot_run(command[0], NOT_EXECUTABLE if os.path.exists(command[0]) else NOT_FOUND)
