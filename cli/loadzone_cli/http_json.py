"""HTTP requests that are answered with JSON objects, over TLS that also trusts a private CA."""

from __future__ import annotations

import json
import ssl
import urllib.request
from typing import Any

from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import USAGE
from loadzone_cli.translation import t


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the token must not go to another server."""

    def redirect_request(self, *_: Any) -> None:
        return None


def opener(ca: str | None) -> urllib.request.OpenerDirector:
    """Return what opens requests through the environment's proxies. Raises CommandError for a bad CA file."""
    return urllib.request.build_opener(NoRedirects, urllib.request.HTTPSHandler(context=tls_context(ca)))


def tls_context(ca: str | None) -> ssl.SSLContext:
    """Return TLS settings that trust what the system trusts (SSL_CERT_FILE), and the certificates in the file `ca`."""
    try:
        context = default_context()
        if ca:
            context.load_verify_locations(ca)
        return context
    except (OSError, ssl.SSLError) as error:
        raise CommandError(t("bad.ca", file=ca, why=error.strerror or error), USAGE) from None


def default_context() -> ssl.SSLContext:
    """Return TLS settings with the system's certificates. SSLKEYLOGFILE is left out where it cannot be written."""
    try:
        return ssl.create_default_context()
    except OSError:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        return context


def json_object(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object that every answer is; None for anything else."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
