"""E-mail addresses in the one form in which they are compared and kept."""

from __future__ import annotations

import re

from loadzone.lib.domain_names import ascii_domain

# The shape that HTML's <input type=email> accepts: https://html.spec.whatwg.org/#valid-e-mail-address
EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
EMAIL_MAX = 254  # RFC 5321, 4.5.3.1.3


def canonical_email(text: str) -> str:
    """Return the address in lower case, with a domain in another script as `xn--…`. Raises ValueError."""
    name, _, domain = text.strip().rpartition("@")
    if not name.isascii():  # before lower case, which makes some other letters ASCII
        raise ValueError("is not an e-mail address")
    address = f"{name.lower()}@{ascii_domain(domain)}"
    if len(address) > EMAIL_MAX or not EMAIL.fullmatch(address):
        raise ValueError("is not an e-mail address")
    return address


def known_email(text: str) -> str:
    """Return the address as `canonical_email` does; what an old file has in the place of one only in lower case."""
    try:
        return canonical_email(text)
    except ValueError:
        return text.strip().lower()
