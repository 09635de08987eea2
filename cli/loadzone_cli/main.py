"""The entry point: reads the command line, does what it asks for, and returns the exit status."""

from __future__ import annotations

import io
import os
import signal
import sys

from loadzone_cli.arguments import parse_arguments
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import SIGNALLED
from loadzone_cli.messages import say


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows another one in its place
    args = parse_arguments(sys.argv[1:])
    try:
        status: int = args.handler(args)
        sys.stdout.flush()
        return status
    except CommandError as error:
        say(error.text)
        return error.status
    except (KeyboardInterrupt, EOFError):
        return SIGNALLED + signal.SIGINT
    except BrokenPipeError:  # as in `loadzone list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SIGNALLED + signal.SIGPIPE
