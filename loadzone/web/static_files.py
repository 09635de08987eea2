"""The static files: read, joined for the page and compressed once, at the start.

Each version of them has an address of its own, kept for good.
"""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePath

from flask import Flask, Response, abort

from loadzone.web import bundler, compression

A_YEAR = 365 * 24 * 3600
# The system's table may lack these, or name them otherwise.
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".md": "text/plain",
    ".map": "application/json",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """`gzipped` is None where it would not be shorter."""

    content: bytes
    gzipped: bytes | None
    mimetype: str


class StaticFiles:
    """All files under `folder`, by their paths in it."""

    def __init__(self, folder: Path) -> None:
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        self._files = {name: _packed(name, content) for name, content in sorted((files | _joined(files)).items())}

    def install(self, app: Flask) -> None:
        """Serve them as the endpoint `static`, under an address that changes whenever one of them does."""
        app.add_url_rule(f"/static/{self._version()}/<path:filename>", "static", self.answer)

    def answer(self, filename: str) -> Response:
        file = self._files.get(filename) or abort(404)
        packed = file.gzipped if file.gzipped and compression.client_accepts_gzip() else None
        response = Response(packed or file.content, mimetype=file.mimetype)
        if packed:
            compression.mark_as_gzip(response)
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
        return response

    def _version(self) -> str:
        digest = hashlib.blake2b(digest_size=6)
        for name, file in self._files.items():
            digest.update(name.encode() + file.content)
        return digest.hexdigest()


def _joined(files: dict[str, bytes]) -> dict[str, bytes]:
    """What the page loads: its modules in two files, its stylesheets in another, and the maps to the single ones."""
    sources = {name: content.decode() for name, content in files.items() if name.endswith((".js", ".css"))}
    joined = {
        "page.js": bundler.join_modules(sources, "main.js", "page.js"),
        "page.action_table.js": bundler.join_modules(
            sources, "action_table.js", "page.action_table.js", base=("main.js", "page.js")
        ),
        "page.css": bundler.join_sheets(sources, "main.css", "page.css"),
    }
    texts = {name: text.encode() for name, (text, _) in joined.items()}
    return texts | {f"{name}.map": source_map for name, (_, source_map) in joined.items()}


def _packed(name: str, content: bytes) -> StaticFile:
    gzipped = compression.compress_bytes(content, compression.BEST)
    kind = TYPES.get(PurePath(name).suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return StaticFile(content, gzipped if len(gzipped) < len(content) else None, kind)
