"""The exit statuses of `loadzone`. Its help lists them for people, in `help.epilog` and `help.run.epilog`."""

from __future__ import annotations

OK, REFUSED, USAGE, NOT_FREE, NOT_SIGNED_IN, UNREACHABLE = 0, 1, 2, 3, 4, 5
# Those of `run` itself. `timeout` and `env` use the same numbers, so that the statuses of the command stay its own.
NOT_FREE_IN_TIME, NOT_RUN, NOT_EXECUTABLE, NOT_FOUND = 124, 125, 126, 127
SIGNALLED = 128  # plus the number of the signal, as a shell says it
SIGINT, SIGPIPE = 2, 13  # also where the system does not have them
