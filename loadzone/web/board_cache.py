"""The `GET /vms` answers, for members and strangers: made at most once per revision, out of pieces that are hashed and
compressed once, and stay as they are until something in them changes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

import orjson

from loadzone.lib.encoded_table import EncodedTable
from loadzone.schemas.serializers import GROUP_VIEWS, VM_VIEWS
from loadzone.web import compression
from storage import Commit, JsonStore


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of a `GET /vms` answer, and the ETag that belongs to what they say."""

    body: bytes
    etag: str
    revision: int


class BoardCache:
    """Compressing is not left to a thread: the milliseconds that a change costs here are fewer than what a thread
    waits, each time zlib lets go of the interpreter, until a busy server hands it back."""

    def __init__(self, store: JsonStore) -> None:
        self._turn = threading.Lock()
        self._state = store.snapshot
        self._groups = {audience: _lines_of(view) for audience, view in GROUP_VIEWS.items()}
        self._vms = {audience: _lines_of(view) for audience, view in VM_VIEWS.items()}
        self._contents: dict[str, Content] = {}
        self._answers: dict[str, Answer] = {}
        self._gzipped: dict[str, Answer] = {}
        self._mark(self._state.vms, self._state.groups)
        store.subscribe(self._follow)

    def answer(self, audience: str) -> Answer:
        return self._made(audience, self._answers, Content.plain)

    def gzipped(self, audience: str) -> Answer:
        """The same, its body compressed."""
        return self._made(audience, self._gzipped, Content.gzipped)

    def _made(self, audience: str, answers: dict[str, Answer], body: Callable[[Content], bytes]) -> Answer:
        with self._turn:
            content, kept = self._content(audience), answers.get(audience)
            if kept is None or kept.revision != content.revision:
                kept = answers[audience] = content.answer(body(content))
            return kept

    def _follow(self, commit: Commit) -> None:
        with self._turn:  # the marks and the state they belong to change together
            self._state = commit.after
            if commit.visible:
                self._mark(commit.touched["vms"], commit.touched["groups"])

    def _mark(self, vm_ids: Iterable[str], group_ids: Iterable[int]) -> None:
        for lines in self._groups.values():
            lines.mark(group_ids)
        for lines in self._vms.values():
            lines.mark(vm_ids)

    def _content(self, audience: str) -> Content:
        old = self._contents.get(audience)
        if old is None or old.revision != self._state.revision:
            texts = self._texts(audience)
            pairs = zip_longest(texts, old.pieces[: len(texts)] if old else ())
            pieces = tuple(piece if piece and piece.text is text else Chunk(text) for text, piece in pairs)
            old = self._contents[audience] = Content(pieces, self._state.revision)
        return old

    def _texts(self, audience: str) -> list[bytes]:
        vms = self._vms[audience].chunks(self._state.vms)
        groups = self._groups[audience].chunks(self._state.groups)
        return [b'{"vms":[', *vms, b'],"groups":[', *groups, b'],"revision":%d}' % self._state.revision]


@dataclass(frozen=True, slots=True)
class Content:
    """What a revision says to one audience."""

    pieces: tuple[Chunk, ...]
    revision: int

    def answer(self, body: bytes) -> Answer:
        digests = b"".join(piece.digest for piece in self.pieces)
        return Answer(body, hashlib.blake2b(digests, digest_size=16).hexdigest(), self.revision)

    def plain(self) -> bytes:
        return b"".join(piece.text for piece in self.pieces)

    def gzipped(self) -> bytes:
        return compression.of_parts((piece.text, piece.compressed) for piece in self.pieces)


class Chunk:
    """Some bytes of an answer, and what is made of them."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    @cached_property
    def digest(self) -> bytes:
        return hashlib.blake2b(self.text, digest_size=16).digest()

    @cached_property
    def compressed(self) -> bytes:
        return compression.part(self.text)


def _lines_of(view: Callable[[Any], Any]) -> EncodedTable:
    return EncodedTable(lambda record: (orjson.dumps(view(record)),), b",")
