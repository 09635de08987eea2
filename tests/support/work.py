"""Count the work that a call does: the lines of LoadZone's own code that it runs, whatever the machine's speed."""

import sys
from pathlib import Path

import loadzone

CODE = str(Path(loadzone.__file__).parent)


def lines_run(call) -> int:
    """Return how many lines of loadzone/ the call runs. Comprehensions count with each of their rounds."""
    count = 0

    def trace_line(frame, event, arg):
        nonlocal count
        count += event == "line"
        return trace_line

    def trace_call(frame, event, arg):
        return trace_line if frame.f_code.co_filename.startswith(CODE) else None

    before = sys.gettrace()
    sys.settrace(trace_call)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
