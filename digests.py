"""What is kept of secrets that come back to us: enough to know them again, and nothing to make them from."""

from __future__ import annotations

import hashlib
import re

DIGEST = re.compile(r"[0-9a-f]{64}")


def digest(secret: str) -> str:
    """The secrets are long and random, so a plain hash cannot be undone by guessing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
