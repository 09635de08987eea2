"""Coverage of started processes. `make coverage` sets what coverage needs in them; without it nothing is set."""

import os
import sys
import threading
from types import FrameType

from gevent import monkey

MEASURED = {name: os.environ[name] for name in ("COVERAGE_PROCESS_CONFIG",) if name in os.environ}


def trace_green_threads() -> None:
    """Let coverage go on where a green thread starts: it takes it for a thread, and would begin anew in the traced one.

    Then the rest of every function that is under way would count as not run.
    """
    thread_id = monkey.get_original("_thread", "get_ident")
    tracer, begin, traced = sys.gettrace(), threading.gettrace(), thread_id()

    def trace(frame: FrameType, event: str, argument: object) -> object:
        if thread_id() != traced:
            return begin(frame, event, argument)
        sys.settrace(tracer)
        return tracer(frame, event, argument)

    threading.settrace(trace)
