"""Owners of files, for messages about files that cannot be used."""

from __future__ import annotations

import os
import pwd
from pathlib import Path


def user_name(uid: int) -> str:
    """Return the name of the user with this id."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"


def another_owner(path: Path) -> str | None:
    """Return the name of the owner of the file, unless that is the user of this process.

    Of a file that is not there, or cannot be looked at, it is the owner of the folder that can.
    """
    for place in (path, *path.parents):
        try:
            uid = place.stat().st_uid
        except OSError:
            continue
        return user_name(uid) if uid != os.geteuid() else None
    return None


def with_owner(error: OSError) -> str:
    """Return the error in words, and who owns the file if that is why."""
    owner = ownership(Path(error.filename)) if isinstance(error, PermissionError) and error.filename else ""
    return f"{error}{owner}"


def explained(error: OSError, path: Path) -> str:
    """Return what is wrong with the path, or with the file beside it that the error names, and who owns that."""
    where = Path(error.filename or path)
    return f"{error.strerror}{'' if where == path else f': {where}'}{ownership(where)}"


def ownership(path: Path) -> str:
    """Return the end of a sentence about the file that says who owns it; "" if that is the user of this process."""
    owner = another_owner(path)
    what = "it" if path.exists() else "its folder"
    return f"; {what} belongs to {owner}, and LoadZone runs as {user_name(os.geteuid())}" if owner else ""
