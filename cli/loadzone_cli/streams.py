"""The standard streams, in whatever state they are: closed, full, gone, or without the characters that we write."""

from __future__ import annotations

import io
import os
import select
import sys

WRITE_SECONDS = 1  # how long a reader of our messages may be behind, before one of them is left out


def prepare_streams() -> None:
    """Give each closed stream an end that nobody reads, and let characters that a terminal lacks be shown as others.

    Without that Python has None in place of a closed stream, and gives its number to the next socket or file.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8", errors="replace"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def write_message(line: str) -> None:
    """Write a line to standard error, or leave it out where its reader is gone or does not read: a job must go on.

    It is written past Python's buffers. Their locks could stop the program where a thread writes while it ends.
    """
    stream = sys.stderr
    try:
        stream.flush()
        content = (line + "\n").encode(stream.encoding or "utf-8", "replace")
        buffer = stream.buffer
        if is_ready(buffer.fileno()):
            getattr(buffer, "raw", buffer).write(content)
    except (OSError, ValueError):  # ValueError: it has been closed since
        pass


def is_ready(number: int) -> bool:
    """Return whether what has this number takes a line now. Where one cannot ask (on Windows), it is believed to."""
    try:
        return bool(select.select([], [number], [], WRITE_SECONDS)[1])
    except (OSError, ValueError):
        return True


def leave_output() -> None:
    """Let nobody read the standard output, so that what is left of it makes no error when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
