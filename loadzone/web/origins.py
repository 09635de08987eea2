"""Tells our own pages from others', by the Origin header."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wsgi import get_host

from loadzone.config import Config

HTTP_SCHEMES = {"ws": "http", "wss": "https"}  # some proxies name the scheme of a WebSocket


def is_own(environ: Mapping[str, Any], config: Config) -> bool:
    """Tell whether the Origin header, if there is one, names the host that was asked, or LOADZONE_BASE_URL.

    The scheme stays open where a proxy does not say how it was asked. So it does for https, even if no proxy is
    configured: browsers let no https page call http, so such a page came through a proxy.
    """
    origin = environ.get("HTTP_ORIGIN")
    if origin is None or origin == origin_of(config.base_url):
        return True
    scheme, _, host = origin.partition("://")
    if not host or host != get_host(environ) or may_be_rebound(host, config):
        return False
    is_said = not config.trusted_proxies or "HTTP_X_FORWARDED_PROTO" in environ
    asked = environ["wsgi.url_scheme"]
    return not is_said or scheme in ("https", HTTP_SCHEMES.get(asked, asked))


def may_be_rebound(host: str, config: Config) -> bool:
    """Tell whether the host is a name that anybody may have pointed here in DNS, so that their page looks like ours.

    There is no session under that name, so it matters only where an address alone signs in (LOADZONE_AUTH=trust). A
    proxy knows which names are its own.
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
