"""The address of a database (`LOADZONE_DATABASE_URL`), in libpq's form. Its password is in no sentence and no log."""

from __future__ import annotations

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict

IS_URL = re.compile(r"postgres(?:ql)?://")
PORTS = re.compile(r"[\d,]*")


def is_readable(url: str) -> bool:
    """Tell whether libpq can read the address, and reads it as it was meant.

    A password with "@" or "/" is cut there. The rest of it would be taken for a host, port or database, and be shown.
    """
    parts = _parts(url)
    if parts is None or not PORTS.fullmatch(parts.get("port", "")):
        return False
    return not IS_URL.match(url) or not any("@" in parts.get(name, "") for name in ("host", "dbname"))


def place_of(url: str) -> str:
    """Return where the database is, for people."""
    parts = _parts(url)
    if parts is None or not is_readable(url):
        return "LOADZONE_DATABASE_URL"
    host = parts.get("host") or parts.get("hostaddr") or "this machine"
    return f"the database {parts.get('dbname') or parts.get('user') or 'loadzone'} on {host}"


def _parts(url: str) -> dict[str, str] | None:
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:  # its message quotes the address
        return None
