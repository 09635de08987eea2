"""Tells LoadZone's own pages from those of other sites, by the Origin header."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wsgi import get_host

from loadzone.config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HTTP_SCHEMES = {"ws": "http", "wss": "https"}  # some proxies name the scheme of a WebSocket


def is_own(environ: WSGIEnvironment, config: Config) -> bool:
    """Tell whether the Origin header, if there is one, names the requested host or LOADZONE_BASE_URL.

    The scheme is not compared if a trusted proxy does not say with which one it was called. An origin with https is
    always accepted, even if no proxy is configured: browsers do not let an https page call http, so such a page came
    through a proxy.
    """
    origin = environ.get("HTTP_ORIGIN")
    if origin is None or origin == origin_of(config.base_url):
        return True
    scheme, _, host = origin.partition("://")
    if not host or host != get_host(environ) or may_be_rebound(host, config):
        return False
    is_known = not config.trusted_proxies or "HTTP_X_FORWARDED_PROTO" in environ
    requested = environ["wsgi.url_scheme"]
    return not is_known or scheme in ("https", HTTP_SCHEMES.get(requested, requested))


def may_be_rebound(host: str, config: Config) -> bool:
    """Tell whether the host may be a stranger's DNS name that points to this server (DNS rebinding).

    A page under such a name looks like one of ours, but has no session here. So this matters only if an address alone
    is enough to sign in (LOADZONE_AUTH=trust). A proxy knows its own names.
    """
    if config.auth != "trust" or config.trusted_proxies or host == urlsplit(config.base_url).netloc:
        return False
    name = urlsplit(f"//{host}").hostname or ""
    return "." in name and not _is_ip_address(name)


def origin_of(url: str) -> str:
    """Return the scheme, host and port of the address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_ip_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
