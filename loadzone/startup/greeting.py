"""The words at the start: where it serves, and what is missing for others to sign in safely."""

from __future__ import annotations

import logging
import os

from loadzone import setting_hints
from loadzone.config import Config
from loadzone.domain.records import State
from loadzone.lib.times import zone_named

log = logging.getLogger("loadzone")


def greet(config: Config, state: State, place: str) -> None:
    """Log it for the operator. `place` is what the state is kept in."""
    users = state.users
    if config.auth == "trust":
        log.warning("LOADZONE_AUTH=trust: whoever types an address is that person; for a closed test network only")
    for hint in setting_hints.hints(config, os.environ):
        log.warning("%s", hint)
    if not config.mails:
        log.info("SMTP_HOST is not set: no mail is sent, and sign-in codes are written here")
    if config.mails and zone_named("Europe/Berlin") is None:
        log.warning("this system knows no time zones, so letters show its own time: install its package tzdata")
    if not config.admins and not users:
        log.info("nobody has signed in yet: the first one to do so becomes admin")
    if not config.admins and users and not any(user.role == "admin" for user in users.values()):
        log.warning("nobody is an admin: set LOADZONE_ADMINS to the address of somebody who shall be one")
    log.info("serving %s from %s, at %s", config.base_url, place, f"{config.host}:{config.port}")
