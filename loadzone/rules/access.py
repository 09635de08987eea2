"""Permissions. Roles are read from the state that is being changed, so that a role taken away counts at once."""

from __future__ import annotations

from collections.abc import Mapping

from loadzone.domain.limits import Limits
from loadzone.domain.people import User
from loadzone.domain.refusal import refuse
from loadzone.domain.unit_of_work import Tables, UnitOfWork

# The actor of the server's own commands, with the rights of an admin. It cannot be confused with an e-mail address.
OPERATOR = "LoadZone"


def signed_in(tables: Tables, actor: str | None) -> User:
    """Return the acting person. Raises Refusal: not_signed_in for a stranger, or for somebody removed meanwhile."""
    user = tables.users.get(actor) if actor else None
    return user or refuse("not_signed_in")


def require_admin(uow: UnitOfWork, actor: str | None) -> str:
    """Return the address of the acting admin. Raises Refusal: not_signed_in, not_allowed."""
    return OPERATOR if actor == OPERATOR else acting_admin(uow, uow.limits, actor).email


def acting_admin(tables: Tables, limits: Limits, actor: str | None) -> User:
    """Return the acting admin. Raises Refusal: not_signed_in, not_allowed."""
    user = signed_in(tables, actor)
    return user if is_admin(tables.users, limits, user.email) else refuse("not_allowed")


def is_admin(users: Mapping[str, User], limits: Limits, email: str) -> bool:
    """Tell whether this person is an admin, by the settings or by another admin's choice."""
    return email in limits.admins or (email in users and users[email].role == "admin")


def may_force(uow: UnitOfWork, me: User, force: bool) -> bool:
    """Tell whether the caller asks for force and is an admin."""
    return force and is_admin(uow.users, uow.limits, me.email)
