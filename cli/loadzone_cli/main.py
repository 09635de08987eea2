"""The entry point: reads the command line, does what it asks for, and returns the exit status."""

from __future__ import annotations

import sys

from loadzone_cli.arguments import parse_arguments
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import REFUSED, SIGINT, SIGNALLED, SIGPIPE
from loadzone_cli.messages import say
from loadzone_cli.streams import leave_output, prepare_streams
from loadzone_cli.translation import t


def main() -> int:
    prepare_streams()
    args = parse_arguments(sys.argv[1:])
    try:
        status: int = args.handler(args)
        sys.stdout.flush()
        return status
    except CommandError as error:
        say(error.text)
        return error.status
    except (KeyboardInterrupt, EOFError):
        return SIGNALLED + SIGINT
    except BrokenPipeError:  # as in `loadzone list | head -1`
        leave_output()
        return SIGNALLED + SIGPIPE
    except OSError as error:  # calls and files have their own errors: it is the standard output that fails
        leave_output()
        say(t("bad.output", why=error.strerror or error))
        return REFUSED
