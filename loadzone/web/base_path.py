"""LoadZone under a path of a host that other applications share, such as https://example.com/loadzone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH_CHECK = "/healthz"  # also served outside the path, for those who ask the process and not the proxy
NOWHERE = "/outside"  # no route begins with it


class BasePath:
    """WSGI middleware: `app` sees requests as if it were at the root, and its links begin with `path`.

    The proxy passes the path on unchanged. Requests outside it are not found, except the health check.
    """

    def __init__(self, app: WSGIApplication, path: str) -> None:
        self._app = app
        self._path = path

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request."""
        environ["SCRIPT_NAME"] = self._path
        environ["PATH_INFO"] = self._inner_path(environ["PATH_INFO"])
        return self._app(environ, start_response)

    def _inner_path(self, path: str) -> str:
        if path == self._path or path.startswith(f"{self._path}/"):
            return path[len(self._path) :] or "/"
        return path if path == HEALTH_CHECK else NOWHERE + path
