"""Logging: one line for each event, to standard error."""

from __future__ import annotations

import logging
import sys


class SingleLineFormatter(logging.Formatter):
    """Escapes line breaks and control characters, so that text from people cannot start a line of its own.

    A record whose message is a list is written in one call, with a line for each item.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        """Return the lines of the record."""
        lines = record.msg if isinstance(record.msg, list) else [record.message]
        return "\n".join([self._line(record, line) for line in lines])

    def _line(self, record: logging.LogRecord, text: str) -> str:
        record.message = text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        return super().formatMessage(record)


def set_up() -> None:
    """Log to standard error, without looking up caller, thread and process, which makes logging cheaper.

    See "Optimization" in the Logging HOWTO (docs.python.org/3/howto/logging.html).
    """
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SingleLineFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("alembic", "apscheduler", "loadzone.sockets"):
        logging.getLogger(name).setLevel(logging.ERROR)
