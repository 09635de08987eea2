"""The answers to `GET /vms`, for members and for strangers, made at most once per revision.

An answer consists of chunks. A chunk is hashed and compressed once, and is reused until a record in it changes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import TypeVar

import orjson

from loadzone.domain.commit import Commit
from loadzone.domain.records import Group, Vm
from loadzone.domain.store import Store
from loadzone.lib.encoded_table import EncodedTable
from loadzone.schemas.serializers import GROUP_VIEWS, MEMBERS, STRANGERS, VM_VIEWS, Audience
from loadzone.web import compression

K = TypeVar("K", str, int)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class BoardAnswer:
    """The body of an answer to `GET /vms`, and the ETag of its content."""

    body: bytes
    etag: str
    revision: int


class BoardCache:
    """Follows the store, and makes an answer when it is first asked for.

    Compresses on the calling thread. In a worker thread zlib releases the GIL for each chunk and waits for it again
    while the server is busy: 61 ms at p99 instead of 11 (docs/performance.md).
    """

    def __init__(self, store: Store) -> None:
        self._lock = threading.Lock()
        self._state = store.snapshot
        self._groups: dict[Audience, EncodedTable[int, Group]] = {
            audience: _table_of(view) for audience, view in GROUP_VIEWS.items()
        }
        self._vms: dict[Audience, EncodedTable[str, Vm]] = {
            audience: _table_of(view) for audience, view in VM_VIEWS.items()
        }
        self._contents: dict[Audience, Content] = {}
        self._answers: dict[Audience, BoardAnswer] = {}
        self._gzipped: dict[Audience, BoardAnswer] = {}
        self._mark(self._state.vms, self._state.groups)
        store.subscribe(self._follow)

    def warm(self, is_public: bool) -> None:
        """Make the first answers before anybody asks: with many machines they hold up all others for a second."""
        for audience in (MEMBERS, STRANGERS) if is_public else (MEMBERS,):
            self.gzipped(audience)

    def answer(self, audience: Audience) -> BoardAnswer:
        """Return the answer, not compressed."""
        return self._cached(audience, self._answers, Content.plain)

    def gzipped(self, audience: Audience) -> BoardAnswer:
        """Return the answer, compressed."""
        return self._cached(audience, self._gzipped, Content.gzipped)

    def _cached(
        self, audience: Audience, answers: dict[Audience, BoardAnswer], body: Callable[[Content], bytes]
    ) -> BoardAnswer:
        with self._lock:
            content, cached = self._content(audience), answers.get(audience)
            if cached is None or cached.revision != content.revision:
                cached = answers[audience] = content.answer(body(content))
            return cached

    def _follow(self, commit: Commit) -> None:
        with self._lock:  # the marks and the state they belong to change together
            self._state = commit.after
            if commit.visible:
                self._mark(commit.touched.vms, commit.touched.groups)

    def _mark(self, vm_ids: Iterable[str], group_ids: Iterable[int]) -> None:
        for groups in self._groups.values():
            groups.mark(group_ids)
        for vms in self._vms.values():
            vms.mark(vm_ids)

    def _content(self, audience: Audience) -> Content:
        """Return the content of the latest revision. Chunks whose text is the same object as before are reused."""
        content = self._contents.get(audience)
        if content is None or content.revision != self._state.revision:
            texts = self._texts(audience)
            pairs = zip_longest(texts, content.chunks[: len(texts)] if content else ())
            chunks = tuple(chunk if chunk and chunk.text is text else Chunk(text) for text, chunk in pairs)
            content = self._contents[audience] = Content(chunks, self._state.revision)
        return content

    def _texts(self, audience: Audience) -> list[bytes]:
        vms = self._vms[audience].chunks(self._state.vms)
        groups = self._groups[audience].chunks(self._state.groups)
        return [b'{"vms":[', *vms, b'],"groups":[', *groups, b'],"revision":%d}' % self._state.revision]


@dataclass(frozen=True, slots=True)
class Content:
    """The board of one revision for one audience."""

    chunks: tuple[Chunk, ...]
    revision: int

    def answer(self, body: bytes) -> BoardAnswer:
        """Return the answer with this body."""
        digests = b"".join(chunk.digest for chunk in self.chunks)
        return BoardAnswer(body, hashlib.blake2b(digests, digest_size=16).hexdigest(), self.revision)

    def plain(self) -> bytes:
        """Return the body, not compressed."""
        return b"".join(chunk.text for chunk in self.chunks)

    def gzipped(self) -> bytes:
        """Return the body, compressed."""
        return compression.gzip_of_parts((chunk.text, chunk.compressed) for chunk in self.chunks)


class Chunk:
    """A part of the body, hashed and compressed once."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    @cached_property
    def digest(self) -> bytes:
        """The hash of the text."""
        return hashlib.blake2b(self.text, digest_size=16).digest()

    @cached_property
    def compressed(self) -> bytes:
        """The text as a part of a gzip file."""
        return compression.deflate_part(self.text)


def _table_of(view: Callable[[R], object]) -> EncodedTable[K, R]:
    return EncodedTable(lambda record: (orjson.dumps(view(record)),), b",")
