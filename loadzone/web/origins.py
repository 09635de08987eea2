"""Whether a browser's page is one of ours: where it says that it comes from, against what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wsgi import get_host

from loadzone.config import Config

OF_SOCKETS = {"ws": "http", "wss": "https"}  # some proxies name the scheme of a WebSocket so


def is_own(environ: Mapping[str, Any], config: Config) -> bool:
    """Whether the `Origin`, where there is one, is what was asked, or where people reach LoadZone.

    A proxy that does not say how it was asked leaves the scheme open. So does one that nobody told us of: browsers let
    no page that came by TLS ask anything without it, so that such a page has come through a proxy.
    """
    origin = environ.get("HTTP_ORIGIN")
    if origin is None or origin == origin_of(config.base_url):
        return True
    scheme, _, host = origin.partition("://")
    if not host or host != get_host(environ) or is_anybodys(host, config):
        return False
    is_said = not config.trusted_proxies or "HTTP_X_FORWARDED_PROTO" in environ
    asked = environ["wsgi.url_scheme"]
    return not is_said or scheme in ("https", OF_SOCKETS.get(asked, asked))


def is_anybodys(host: str, config: Config) -> bool:
    """Whether the host is a name that anybody might have pointed here in DNS, so that a page of theirs looks like ours.

    Under that name it has no session of anybody's, so it matters where the address alone makes one. A proxy knows which
    names are its own.
    """
    if config.auth != "trust" or config.trusted_proxies or host == urlsplit(config.base_url).netloc:
        return False
    name = urlsplit(f"//{host}").hostname or ""
    return "." in name and not _is_ip_address(name)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_ip_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
