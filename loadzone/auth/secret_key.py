"""The key that signs sessions and mail links: made once, kept for the owner's eyes alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SHORTEST = 16


class BadSecretKey(Exception):
    """The file has no key in it that could protect anything."""


def own_key(folder: Path) -> str:
    """The key in that folder, made at the first time. Raises BadSecretKey and OSError.

    Whoever has it can sign in as anybody, so nobody else may read it, and half of one must not be left by a crash.
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
