"""WSGI layer of one of several nodes: says in answers that the node may be behind, and refuses when it was so too long.

Files and what no commit changes are served all the same. A balancer takes the request to another node, or asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask

from loadzone.domain.certainty import is_cut_off, may_be_behind
from loadzone.web.context import services_of
from loadzone.web.read_your_writes import FILES, HEALTH, IS_BEHIND, STATELESS

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "LoadZone-Behind"


class CutOff:
    """Wraps a WSGI app. What must be refused it marks with IS_BEHIND."""

    def __init__(self, layers: WSGIApplication, app: Flask) -> None:
        self._layers = layers
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request."""
        seconds = services_of(self._app).behind_at_most()
        path = environ["PATH_INFO"]
        if not may_be_behind(seconds) or path.startswith(FILES):
            return self._layers(environ, start_response)
        if is_cut_off(seconds) and (path == HEALTH or not path.startswith(STATELESS)):
            environ[IS_BEHIND] = True
        return self._layers(environ, _telling(int(seconds), start_response))


def _telling(seconds: int, start_response: StartResponse) -> StartResponse:
    def start(
        status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None
    ) -> Callable[[bytes], object]:
        return start_response(status, [*headers, (HEADER, str(seconds))], exc_info)

    return start
