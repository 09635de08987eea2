"""The static files: read and compressed once, at the start. Each version has an address of its own, kept for good."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort

import compression

A_YEAR = 365 * 24 * 3600
# The system's table may lack these, or name them otherwise.
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".md": "text/plain"}


@dataclass(frozen=True, slots=True)
class Asset:
    """`gzipped` is None where it would not be shorter."""

    content: bytes
    gzipped: bytes | None
    mimetype: str


class Assets:
    """All files under `folder`, by their paths in it."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        self._assets = {path.relative_to(folder).as_posix(): _read(path) for path in paths}

    def install(self, app: Flask) -> None:
        """Serve them as the endpoint `static`, under an address that changes whenever one of them does."""
        app.add_url_rule(f"/static/{self._version()}/<path:filename>", "static", self.answer)

    def answer(self, filename: str) -> Response:
        asset = self._assets.get(filename) or abort(404)
        packed = asset.gzipped if asset.gzipped and compression.is_taken() else None
        response = Response(packed or asset.content, mimetype=asset.mimetype)
        if packed:
            compression.mark(response)
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
        return response

    def _version(self) -> str:
        digest = hashlib.blake2b(digest_size=6)
        for name, asset in self._assets.items():
            digest.update(name.encode() + asset.content)
        return digest.hexdigest()


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    gzipped = compression.squeezed(content, compression.BEST)
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    return Asset(content, gzipped if len(gzipped) < len(content) else None, kind)
