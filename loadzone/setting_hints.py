"""Hints about the settings at the start: unknown names, and values that do not go together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from loadzone.config import Config
from loadzone.environment import KUBERNETES_PORT

OURS = re.compile(r"(?:LOADZONE|SMTP)_\w+")
# The variables of the command line `loadzone`: those that it reads, and those that it sets for its own command.
OF_THE_COMMAND = re.compile(r"LOADZONE_(?:URL|TOKEN|CA|VMS?(?:_\w+)?)")
# Kubernetes sets these for each service, and Docker for each link, in the same namespace: SMTP_SERVICE_HOST, ….
OF_KUBERNETES = re.compile(
    r"\w+_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_PROTO|_PORT|_ADDR)?)"
)


def hints(config: Config, environ: Mapping[str, str]) -> list[str]:
    """Return sentences for the operator."""
    return [*_unknown_names(environ), *_contradictions(config)]


def _unknown_names(environ: Mapping[str, str]) -> Iterator[str]:
    known = known_names()
    for name, value in sorted(environ.items()):
        if not OURS.fullmatch(name) or name in known or not value.strip():
            continue
        if OF_THE_COMMAND.fullmatch(name) or OF_KUBERNETES.fullmatch(name) or KUBERNETES_PORT.fullmatch(value):
            continue
        nearest = get_close_matches(name, known, n=1)
        yield f"{name} is not a setting, and was ignored" + (f"; did you mean {nearest[0]}?" if nearest else "")


def _contradictions(config: Config) -> Iterator[str]:
    if config.database_url and not config.backups:
        yield "LOADZONE_BACKUPS is not set: LoadZone makes no backups of the database"
    if config.max_hours > config.max_ahead_hours:
        yield (
            f"LOADZONE_MAX_HOURS ({config.max_hours:g}) is more than LOADZONE_MAX_AHEAD_HOURS"
            f" ({config.max_ahead_hours:g}): no booking can be longer than {config.max_ahead_hours:g} hours"
        )
    late = [f"{minutes:g}" for minutes in config.remind_minutes if minutes >= config.max_ahead_hours * 60]
    if late:
        yield f"LOADZONE_REMIND_MINUTES: {', '.join(late)} is longer than any booking; these reminders are never sent"
    outside = [email for email in config.admins if email.rpartition("@")[2] not in config.allowed_domains]
    if config.allowed_domains and outside:
        yield f"LOADZONE_ADMINS: {', '.join(outside)} cannot sign in, since LOADZONE_ALLOWED_DOMAINS lacks the domain"
    if config.auth == "trust" and not config.is_public:
        yield (
            "LOADZONE_STRANGERS=none hides little, since LOADZONE_AUTH is trust: whoever types an address sees"
            " the board"
        )
    if config.base_url.startswith("https://") and not config.trusted_proxies:
        yield (
            "LOADZONE_BASE_URL is https, but LOADZONE_TRUSTED_PROXIES is 0: the session cookie is not Secure, and"
            " limits on sign-in codes count all people as one; set it to the number of proxies"
        )


def known_names() -> frozenset[str]:
    """Return the names of all settings, as Config reads them."""
    names = RecordingEnvironment()
    Config.from_env(names)
    return frozenset(names.asked)


class RecordingEnvironment(dict[str, str]):
    """An empty environment that records which names are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # as EnvReader calls it
        """Return the default."""
        self.asked.add(name)
        return default
