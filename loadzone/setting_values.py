"""The values of settings: each function reads one from its text. Raises ValueError, which says what is wrong."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from email.utils import formataddr
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from loadzone.lib.domain_names import ascii_domain
from loadzone.lib.email_addresses import canonical_email

DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
BASE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]{1,64}){0,8}")
DEFAULT_PORTS = {"http": 80, "https": 443}
LEAST_AMOUNT = 0.0001  # of hours or minutes; a shorter booking would end before anybody is told of it

T = TypeVar("T")
N = TypeVar("N", int, float)


def port(text: str) -> int:
    """Return a port number."""
    return _number(text, int, "a port number", 1, 65535)


def count(text: str) -> int:
    """Return a small whole number, such as that of proxies."""
    return _number(text, int, "a whole number", 0, 10)


def machines(text: str) -> int:
    """Return a number of machines."""
    return _number(text, int, "a whole number", 1, 1_000_000)


def days(text: str) -> int:
    """Return a number of days, up to a hundred years."""
    return _number(text, int, "a whole number", 1, 36500)


def amount(text: str) -> float:
    """Return hours or minutes; at most 87,600 (ten years of hours)."""
    return _number(text, float, "a number", LEAST_AMOUNT, 87600)


def one_of(*allowed: str) -> Callable[[str], str]:
    """Return a reader of a value that is one of these."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"is not one of: {', '.join(allowed)}")
        return text

    return parse


def each(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """Return a reader of values with commas between them; each is kept once."""

    def parse_all(text: str) -> tuple[T, ...]:
        return tuple(dict.fromkeys(parse(part.strip()) for part in text.split(",") if part.strip()))

    return parse_all


def minutes(text: str) -> tuple[float, ...]:
    """Return minutes with commas between them; none for `none`."""
    return () if text == "none" else each(amount)(text)


def email(text: str) -> str:
    """Return an e-mail address in its canonical form."""
    try:
        return canonical_email(text)
    except ValueError:
        raise ValueError(f"has {text!r} in it, which is not an e-mail address") from None


def domain(text: str) -> str:
    """Return a domain in ASCII, without an `@` before it."""
    try:
        domain = ascii_domain(text.removeprefix("@"))
    except ValueError:
        domain = ""
    if not DOMAIN.fullmatch(domain):
        raise ValueError(f"has {text!r} in it, which is not a domain")
    return domain


def host(text: str) -> str:
    """Return a host name in ASCII, or an IP address."""
    if with_port := re.fullmatch(r"([^:]+|\[.+\]):(\d+)", text):
        raise ValueError(f"has a port in it; set SMTP_PORT={with_port[2]} instead")
    try:
        host = ascii_domain(text)
    except ValueError:
        raise ValueError("is not a host name or address") from None
    if not re.fullmatch(r"[^\s/@]{1,255}", host):
        raise ValueError("is not a host name or address")
    return host


def helo(text: str) -> str:
    """Return the name by which to greet a mail server."""
    name = helo_of(text)
    if not (name.startswith("[") or DOMAIN.fullmatch(name.lower())):
        raise ValueError("is not a host name or an IP address")
    return name


def helo_of(host: str) -> str:
    """Return the host as a mail server is told it: an IP address stands in brackets."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


def certificates(text: str) -> str:
    """Return the path of a file with certificates, which can be read."""
    try:
        ssl.create_default_context(cafile=text)
    except (OSError, ValueError) as error:  # ssl's own errors are OSErrors
        raise ValueError(f"cannot be read as certificates (PEM): {error}") from None
    return text


def password(text: str) -> str:
    """Return a password that a login can send."""
    if "\0" in text:
        raise ValueError("has a character in it that no login can send")
    return text


def line(text: str) -> str:
    """Return a text in one line."""
    if not text.isprintable():
        raise ValueError("has characters that are not allowed in one line")
    return text


def sender(text: str) -> str:
    """Return `LoadZone <loadzone@example.com>` or the bare address; special characters in the name are quoted."""
    found = re.fullmatch(r"(?:([^<>]*)<([^<>]+)>|([^<>]+))", line(text))
    if not found:
        raise ValueError("is not a sender's address")
    address = (found[2] or found[3]).strip()
    canonical = email(address)
    return formataddr(((found[1] or "").strip().strip('"'), address if address.isascii() else canonical))


def secret(text: str) -> str:
    """Return a key that is long enough."""
    if len(text) < 16:
        raise ValueError("is too short: use 16 characters or more")
    return text


def url(text: str) -> str:
    """Return the address as a browser writes it: lower case, no default port, other scripts as IDNA."""
    wrong = ValueError("is not an address like https://loadzone.example.com")
    try:
        parts = urlsplit(text)
        host, port = ascii_domain(parts.hostname or ""), parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in DEFAULT_PORTS or not host or parts.query or parts.fragment or parts.username:
        raise wrong
    path = parts.path.rstrip("/")
    if not BASE_PATH.fullmatch(path):
        raise ValueError("has a path that is not made of letters, digits, “-”, “_”, “.” and “~”, like /loadzone")
    place = f"[{host}]" if ":" in host else host
    if port not in (None, DEFAULT_PORTS[parts.scheme]):
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{path}"


def _number(text: str, kind: Callable[[str], N], words: str, low: float, high: float) -> N:
    try:
        number = kind(text)
    except ValueError:
        raise ValueError(f"is not {words}") from None
    if not low <= number <= high:  # NaN fails this too
        raise ValueError(f"is not between {low} and {high}")
    return number
