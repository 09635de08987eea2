"""The static files: read, bundled for the page, and compressed once, when the server starts.

Their URL contains a digest of all of them, so browsers may keep an answer for a year.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from flask import Flask, Response, abort

from loadzone.web import bundler, compression

A_YEAR = 365 * 24 * 3600  # seconds
# The table of the operating system may lack these types or have other names for them.
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".md": "text/plain",
    ".map": "application/json",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file and its compressed form, which is None if it would not be shorter."""

    content: bytes
    gzipped: bytes | None
    mimetype: str


class StaticFiles:
    """All files under `folder` by their relative paths, the bundles made from them, and `made`: other files by name."""

    def __init__(self, folder: Path, made: Mapping[str, bytes]) -> None:
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        all_files = {**files, **_bundles(files), **made}
        self._files = {name: _packed(name, content) for name, content in sorted(all_files.items())}

    def install(self, app: Flask) -> None:
        """Serve the files as the endpoint `static`, under a URL that changes whenever one of them changes."""
        app.add_url_rule(f"/static/{self._version()}/<path:filename>", "static", self.answer)

    def answer(self, filename: str) -> Response:
        """Return the file, or 404."""
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


def _bundles(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the bundles that the page loads, and their source maps."""
    sources = {name: content.decode() for name, content in files.items() if name.endswith((".js", ".css"))}
    bundles = bundler.bundles_of(sources)
    texts = {name: bundle.text.encode() for name, bundle in bundles.items()}
    return texts | {f"{name}.map": bundle.source_map for name, bundle in bundles.items()}


def _packed(name: str, content: bytes) -> StaticFile:
    gzipped = compression.compress_bytes(content, compression.BEST)
    kind = TYPES.get(PurePath(name).suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return StaticFile(content, gzipped if len(gzipped) < len(content) else None, kind)
