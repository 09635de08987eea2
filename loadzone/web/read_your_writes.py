"""Read your own writes, on whichever node: whoever was answered by one is answered by another only once it knows that.

Each answer tells the number of the last commit that it may have been made with, in the header `LoadZone-Seen`; to
browsers after a change also in the cookie `seen`. The next request brings it back, and a node that is behind waits for
that commit. Of somebody who brings no number, nobody knows what they have seen. So the node asks the database for the
latest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask

from loadzone.auth.session_cookie import name_of, secure_prefix
from loadzone.domain.refusal import refuse
from loadzone.domain.store import Store
from loadzone.web.context import SAFE_METHODS, bearer_token, services_of, skip_authentication

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "LoadZone-Seen"
COOKIE = "seen"
PATIENCE = 8.0  # seconds that a request waits for what it must see, as changes wait for a database that is away
RETRY_AFTER = 1  # seconds
IS_BEHIND = "loadzone.behind"  # in the WSGI environment of a request that this node must refuse
FILES = "/static/"
HEALTH = "/healthz"
STATELESS = (HEALTH, "/cli", "/docs", "/openapi.json")  # no commit changes what these answer, but to a bad token
BY_LINK = ("/link/", "/unsubscribe/")  # pages whose address says who calls
SOCKETS = "/socket.io"
NUMBER = re.compile(r"\d{1,18}", re.ASCII)


class ReadYourWrites:
    """Wraps a WSGI app. Cookies go to this `path`."""

    def __init__(self, layers: WSGIApplication, app: Flask, path: str) -> None:
        self._layers = layers
        self._app = app
        attributes, secure_name = f"HttpOnly; Path={path}; SameSite=Lax", secure_prefix(path) + COOKIE
        self._plain = Cookies(COOKIE, name_of(app, is_secure=False), attributes)
        self._secure = Cookies(secure_name, name_of(app, is_secure=True), f"Secure; {attributes}")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, once this node knows what its sender has seen."""
        path = environ["PATH_INFO"]
        if path.startswith(FILES):
            return self._layers(environ, start_response)
        if IS_BEHIND in environ:
            return self._refuse(path, environ, start_response)
        reader = Reader(environ, self._secure if environ["wsgi.url_scheme"] == "https" else self._plain)
        if path.startswith(SOCKETS):
            return self._open_socket(reader, environ, start_response)
        store = services_of(self._app).store
        if _knows(store, reader):
            only_reads = environ["REQUEST_METHOD"] in SAFE_METHODS
            return self._layers(environ, _telling(store, reader, only_reads, start_response))
        environ[IS_BEHIND] = True
        return self._refuse(path, environ, start_response)

    def _refuse(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have the app refuse the request in words; or refuse the socket."""
        if not path.startswith(SOCKETS):
            return self._layers(environ, start_response)
        start_response("503 Service Unavailable", [("Retry-After", str(RETRY_AFTER)), ("Content-Length", "0")])
        return ()

    def _open_socket(self, reader: Reader, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Wait in the handshake: it tells whose the socket is. Later requests of a socket only carry its packets."""
        if "sid=" in environ.get("QUERY_STRING", "") or _knows(services_of(self._app).store, reader):
            return self._layers(environ, start_response)
        return self._refuse(SOCKETS, environ, start_response)


def _knows(store: Store, reader: Reader) -> bool:
    """Wait until this node knows what the reader has seen. Tell whether it does."""
    return store.wait_for_latest(PATIENCE) if reader.seen is None else store.wait_for(reader.seen, PATIENCE)


def _telling(store: Store, reader: Reader, only_reads: bool, start_response: StartResponse) -> StartResponse:
    """Return a start_response that tells what the reader has seen with this answer."""

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None
    ) -> Callable[[bytes], object]:
        seen = store.sequence
        return start_response(status, [*headers, (HEADER, str(seen)), *reader.cookies(seen, only_reads)], exc_info)

    return start


def refuse_if_behind(environ: WSGIEnvironment) -> None:
    """Refuse what may not be answered by this node. Raises Refusal: behind."""
    if IS_BEHIND in environ:
        skip_authentication()  # this node may not know the caller yet
        refuse("behind", retry_after=RETRY_AFTER)


class Cookies:
    """The names of the cookies of one scheme, and the attributes of the one that is sent here."""

    def __init__(self, name: str, session: str, attributes: str) -> None:
        self.name = name
        self.session = f"{session}="
        self.attributes = attributes
        name = re.escape(name)  # first, since a search for plain text takes a tenth of the time: each request has one
        self._number = re.compile(rf"{name}=(?<![^; ]{name}=)(\d{{1,18}}) *(?:;|$)", re.ASCII)

    def seen(self, cookies: str) -> int | None:
        """Return the number in this header."""
        found = self._number.search(cookies)
        return int(found[1]) if found else None


class Reader:
    """The sender of a request. `seen` is the number of the last commit that they know; None: the request does not say.

    A program with a token has the header only: a jar of cookies may be older than what it has done without it.
    """

    __slots__ = ("_cookie", "_cookies", "_has_session", "_has_token", "seen")

    def __init__(self, environ: WSGIEnvironment, cookies: Cookies) -> None:
        jar, authorization = environ.get("HTTP_COOKIE", ""), environ.get("HTTP_AUTHORIZATION")
        self._cookies = cookies
        self._has_token = authorization is not None and bearer_token(authorization) is not None
        self._has_session = cookies.session in jar
        self._cookie = cookies.seen(jar)
        self.seen = self._told(environ.get("HTTP_LOADZONE_SEEN"))
        if self.seen is None and not self._may_have_seen(environ["PATH_INFO"]):
            self.seen = 0

    def _told(self, header: str | None) -> int | None:
        """Return the number that the request brings; None: none."""
        cookie = None if self._has_token else self._cookie
        if not header or not NUMBER.fullmatch(header):
            return cookie
        return max(int(header), cookie or 0)

    def _may_have_seen(self, path: str) -> bool:
        """Tell whether it may be somebody who was answered before, and is now told what depends on it."""
        if self._has_token:
            return True
        return path.startswith(BY_LINK) or (self._has_session and not path.startswith(STATELESS))

    def cookies(self, seen: int, only_reads: bool) -> Iterable[tuple[str, str]]:
        """Return the header for the cookie, if the browser needs another.

        After a change; where a session has none; and for a number that no commit has, such as after the loss of some.
        Other answers leave it, since most are the same for many.
        """
        is_wrong = (self._has_session and self._cookie is None) or (self._cookie or 0) > seen
        if self._has_token or self._cookie == seen or (only_reads and not is_wrong):
            return ()
        return [("Set-Cookie", f"{self._cookies.name}={seen}; {self._cookies.attributes}")]
