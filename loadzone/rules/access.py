"""Who may: roles are read from the very state that is being changed, so a role taken away counts at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadzone.domain.records import User
from loadzone.domain.refusal import refuse

# Who runs the server's own commands, with the rights of an admin. No e-mail address looks like it.
OPERATOR = "LoadZone"


def signed_in(change: Any, actor: str | None) -> User:
    """The acting person's record; a stranger, or one removed meanwhile, is refused."""
    user = change.users.get(actor) if actor else None
    return user or refuse("not_signed_in")


def admin_only(change: Any, limits: Any, actor: str | None) -> None:
    if actor == OPERATOR:
        return
    user = signed_in(change, actor)
    if not is_admin(change.users, limits, user.email):
        refuse("not_allowed")


def is_admin(users: Mapping[str, User], limits: Any, email: str) -> bool:
    """By the settings, or because an admin made this person one."""
    return email in limits.admins or (email in users and users[email].role == "admin")
