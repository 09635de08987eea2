"""The settings that must be the same on all nodes: rules, sign-in and links go by them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import fields

from loadzone.config import Config

SECRET = "secret:"  # noqa: S105 (begins a value that stands for a secret, and is not shown)

# Where a node listens, what it keeps, and how it reaches others. All other settings are shared: a new one as well.
OF_A_NODE = frozenset({"data", "database_url", "backups", "host", "port"})
MAIL = "smtp_"
# A node may reach mail in its own way. But one without mail writes no letters, so this is told where it differs.
ONLY_TOLD = "SMTP_HOST"


def shared_settings(config: Config) -> dict[str, str]:
    """Return what is not as it is by default, by the names of the settings. A fingerprint stands for the secret key.

    Without the defaults, a node of a version that has one setting more can join those that do not know it.
    """
    default = Config()
    names = [field.name for field in fields(Config) if is_shared(field.name)]
    values = {name: getattr(config, name) for name in names if getattr(config, name) != getattr(default, name)}
    mail = {ONLY_TOLD: "set"} if config.mails else {}
    return {setting_name(name): _as_text(name, value) for name, value in values.items()} | mail


def is_shared(name: str) -> bool:
    """Tell whether this field of Config must be the same on all nodes."""
    return name not in OF_A_NODE and not name.startswith(MAIL)


def setting_name(name: str) -> str:
    """Return the variable from which this field of Config is read."""
    return name.upper() if name.startswith(MAIL) else f"LOADZONE_{name.upper()}"


def _as_text(name: str, value: object) -> str:
    if name == "secret_key":
        return SECRET + hmac.new(str(value).encode(), b"the secret key of nodes", hashlib.sha256).hexdigest()
    if isinstance(value, tuple):
        return ", ".join(sorted(_as_text(name, one) for one in value))
    return f"{value:g}" if isinstance(value, float) else str(value)
