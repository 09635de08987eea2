"""Compresses answers with gzip.

Static files are compressed at the start, the board once per revision, other answers when they are sent.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from loadzone.lib.concurrency import run_blocking

SIZE_AT_LEAST = 1000  # bytes; a shorter answer fits into one packet anyway
COMPRESSIBLE = ("text/", "application/json", "image/svg+xml")
FAST, BEST = 2, 9
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # method: deflate; no name, no time, no operating system
LAST_BLOCK = b"\x03\0"  # an empty block that ends the stream


def compress_bytes(content: bytes, level: int = FAST) -> bytes:
    """Return a gzip file; the same bytes give the same file."""
    return gzip.compress(content, level, mtime=0)


def deflate_part(content: bytes) -> bytes:
    """Return a part for `gzip_of_parts`. It ends on a byte boundary and does not refer to earlier parts."""
    deflate = zlib.compressobj(FAST, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(content) + deflate.flush(zlib.Z_SYNC_FLUSH)


def gzip_of_parts(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return one gzip file (RFC 1952) of many parts, each given as its content and as `deflate_part` of it."""
    checksum, size, deflated_parts = 0, 0, []
    for content, deflated in parts:
        checksum, size = zlib.crc32(content, checksum), size + len(content)
        deflated_parts.append(deflated)
    return b"".join((GZIP_HEAD, *deflated_parts, LAST_BLOCK, struct.pack("<LL", checksum, size % 2**32)))


def client_accepts_gzip() -> bool:
    """Tell whether the client of this request accepts gzip."""
    return accepts_gzip(request.headers.get("Accept-Encoding", ""))


@lru_cache(256)
def accepts_gzip(header: str) -> bool:
    """Tell whether an Accept-Encoding header allows gzip."""
    return parse_accept_header(header, Accept)["gzip"] > 0


def mark_as_gzip(response: Response) -> None:
    """Say in the headers that the body is gzip. The ETag changes too, since it is one of other bytes."""
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(gzip_tag(tag))


def gzip_tag(tag: str) -> str:
    """Return the ETag of the compressed answer, made from that of the plain one."""
    return f"{tag}-gzip"


def compress(response: Response) -> Response:
    """Return the answer, compressed if it is long enough, not compressed yet, and the client accepts gzip."""
    is_small = (response.content_length or 0) < SIZE_AT_LEAST and response.status_code != 304
    if is_small or response.is_streamed or not (response.mimetype or "").startswith(COMPRESSIBLE):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and "Content-Encoding" not in response.headers and client_accepts_gzip():
        content = response.get_data()
        response.set_data(run_blocking(lambda: compress_bytes(content)))
        mark_as_gzip(response)
    return response
