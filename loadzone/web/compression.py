"""Answers as gzip for whoever takes it: static files are compressed at the start, the board once a revision."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

WORTH_IT = 1000  # bytes; what is shorter fits into one packet anyhow
TEXTS = ("text/", "application/json", "image/svg+xml")
QUICK, BEST = 2, 9
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # deflated; no name, no time, of no system
LAST_PART = b"\x03\0"  # says that it is the last, and nothing else


def compress_bytes(content: bytes, level: int = QUICK) -> bytes:
    """The same bytes give the same result."""
    return gzip.compress(content, level, mtime=0)


def part(content: bytes) -> bytes:
    """A part of a gzip that `of_parts` puts together: whole bytes, that look back at nothing before them."""
    squeezing = zlib.compressobj(QUICK, zlib.DEFLATED, -zlib.MAX_WBITS)
    return squeezing.compress(content) + squeezing.flush(zlib.Z_SYNC_FLUSH)


def of_parts(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """One gzip (RFC 1952) of many parts, given as what they say and what `part` made of it."""
    checksum, size, squeezed_parts = 0, 0, []
    for content, made in parts:
        checksum, size = zlib.crc32(content, checksum), size + len(content)
        squeezed_parts.append(made)
    return b"".join((GZIP_HEAD, *squeezed_parts, LAST_PART, struct.pack("<LL", checksum, size % 2**32)))


def client_accepts_gzip() -> bool:
    """Whether who asks can read gzip."""
    return accepts_gzip(request.headers.get("Accept-Encoding", ""))


@lru_cache(256)
def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding says so."""
    return parse_accept_header(header, Accept)["gzip"] > 0


def is_text(response: Response) -> bool:
    return response.mimetype.startswith(TEXTS)


def mark(response: Response) -> None:
    """Say that the body is gzip. Other bytes have another tag."""
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag_of(tag))


def tag_of(tag: str) -> str:
    """The tag of what is compressed, by the tag of what it was before."""
    return f"{tag}-gzip"


def compress(response: Response, run_blocking: Callable[[], Callable[[Callable[[], Any]], Any]]) -> Response:
    """Compress an answer that is worth it and was not compressed before; `run_blocking()` gives what storage.py calls
    by that name."""
    small = (response.content_length or 0) < WORTH_IT and response.status_code != 304
    if small or response.is_streamed or not is_text(response):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and "Content-Encoding" not in response.headers and client_accepts_gzip():
        content = response.get_data()
        response.set_data(run_blocking()(lambda: compress_bytes(content)))
        mark(response)
    return response
