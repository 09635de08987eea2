"""The key that signs sessions and the links in letters: made once, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SHORTEST = 16  # characters


class BadSecretKey(Exception):
    """The file holds no key that could protect anything."""


def own_key(folder: Path) -> str:
    """Return the key in that folder, which is made at the first start. Raises BadSecretKey and OSError.

    With the key one can sign in as anybody, so nobody else may read it, and a crash must not leave half of one.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "secret_key"
    if not path.exists():
        _write(path, secrets.token_urlsafe(48))
    path.chmod(0o600)
    try:
        key = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        key = ""
    if len(key) < SHORTEST:
        raise BadSecretKey(f"{path} holds no key of {SHORTEST} characters or more")
    return key


def _write(path: Path, key: str) -> None:
    temporary = path.with_name(".secret_key.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
