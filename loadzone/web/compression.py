"""Answers as gzip: static files are compressed at the start, the board once a revision, others as they go out."""

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

WORTH_IT = 1000  # bytes; a shorter answer fits into one packet anyway
TEXTS = ("text/", "application/json", "image/svg+xml")
FAST, BEST = 2, 9
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # method: deflate; no name, no time, no operating system
LAST_BLOCK = b"\x03\0"  # an empty block that ends the stream


def compress_bytes(content: bytes, level: int = FAST) -> bytes:
    """Return a gzip file; the same bytes give the same file."""
    return gzip.compress(content, level, mtime=0)


def deflate_part(content: bytes) -> bytes:
    """Return a part for `gzip_of_parts`: whole bytes that refer to nothing before them."""
    deflate = zlib.compressobj(FAST, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(content) + deflate.flush(zlib.Z_SYNC_FLUSH)


def gzip_of_parts(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return one gzip file (RFC 1952) of many parts, each given as its content and what `deflate_part` made of it."""
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
    """Say in the headers that the body is gzip. Other bytes have another ETag."""
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(gzip_tag(tag))


def gzip_tag(tag: str) -> str:
    """Return the ETag of the compressed answer, by that of the plain one."""
    return f"{tag}-gzip"


def compress(response: Response) -> Response:
    """Return the answer, compressed if that is worth it, the client accepts it, and it was not compressed before."""
    is_small = (response.content_length or 0) < WORTH_IT and response.status_code != 304
    if is_small or response.is_streamed or not (response.mimetype or "").startswith(TEXTS):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and "Content-Encoding" not in response.headers and client_accepts_gzip():
        content = response.get_data()
        response.set_data(run_blocking(lambda: compress_bytes(content)))
        mark_as_gzip(response)
    return response
