"""Digests of secrets: a secret that is presented can be compared with its digest, and not be restored from it."""

from __future__ import annotations

import hashlib


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret, in hexadecimal.

    It needs neither salt nor a slow hash: the secrets are long and random, so guessing cannot find them.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
