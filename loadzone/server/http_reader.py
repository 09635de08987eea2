"""Reads parts of a request strictly: field lines, chunked bodies, a number of bytes (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

from gevent import pywsgi

HEADER_BYTES_AT_MOST = 32 * 1024
HEADER_LINES_AT_MOST = 100
CHUNKS_AT_MOST = 1000  # of any size; of more, each has CHUNK_BYTES on average
CHUNK_BYTES = 4096
LINE_BYTES_AT_MOST = pywsgi.MAX_REQUEST_LINE
# RFC 9112 without what it tolerates from old clients: bare line feeds, folded lines, blanks before the colon.
FIELD_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n")
MANY_BLANKS = re.compile(rb"[\t ]{64}")  # no client sends so many; parsers behind us take quadratic time for them
CHUNK_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n")


def read_field_lines(rfile: BinaryIO) -> bytes:
    """Return the field lines of a header or trailer section, up to the empty line. Raises ValueError."""
    lines: list[bytes] = []
    left = HEADER_BYTES_AT_MOST
    while (line := rfile.readline(left)) != b"\r\n":
        if not FIELD_LINE.fullmatch(line) or MANY_BLANKS.search(line) or len(lines) == HEADER_LINES_AT_MOST:
            raise ValueError("a header line is malformed, or there are too many")
        lines.append(line)
        left -= len(line)
    return b"".join(lines)


def read_chunked(rfile: BinaryIO, may_have: Callable[[int], bool]) -> bytes | None:
    """Return a chunked body; None if it is too large. Raises ValueError. The trailer section is read and ignored.

    `may_have(length)` tells whether the body may have so many bytes.
    """
    body, chunks = bytearray(), 0
    while size := _read_chunk_size(rfile):
        chunks += 1
        if chunks > max(CHUNKS_AT_MOST, len(body) // CHUNK_BYTES):
            raise ValueError("there are too many chunks")
        if not may_have(len(body) + size):
            return None
        body += read_exactly(rfile, size)
        if rfile.read(2) != b"\r\n":
            raise ValueError("a chunk is longer than its size")
    read_field_lines(rfile)
    return bytes(body)


def _read_chunk_size(rfile: BinaryIO) -> int:
    """Return the size of the next chunk in bytes; 0 for the last one."""
    found = CHUNK_SIZE_LINE.fullmatch(rfile.readline(LINE_BYTES_AT_MOST))
    if not found:
        raise ValueError("the size of a chunk is malformed")
    return int(found[1], 16)


def read_exactly(rfile: BinaryIO, length: int) -> bytes:
    """Return this number of bytes. Raises ConnectionError if the connection ends before."""
    content = rfile.read(length)
    if len(content) < length:
        raise ConnectionError("the connection ended within the body")
    return content
