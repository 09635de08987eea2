"""What is kept of secrets that come back to us: enough to know them again, and nothing to make them from."""

from __future__ import annotations

import hashlib


def digest(secret: str) -> str:
    """The secrets are long and random, so a plain hash cannot be undone by guessing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
