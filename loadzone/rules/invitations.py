"""Invitations: an admin makes people known before they sign in, and they get a letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from loadzone.domain.events import Event
from loadzone.domain.people import User
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, people, sessions

AGAIN_AFTER = timedelta(days=1)  # so that nobody's mailbox is flooded


def invite(uow: UnitOfWork, actor: str | None, emails: Sequence[str]) -> tuple[list[str], list[str]]:
    """Invite these people, all or none; return whom it invited, and who is known already.

    Known is who has signed in, and who was invited within the last day. Raises Refusal: not_signed_in, not_allowed,
    domain_not_allowed.
    """
    by = access.require_admin(uow, actor)
    for email in emails:
        if not people.is_allowed(uow.limits, email):
            refuse("domain_not_allowed", field="emails", email=email, domains=", ".join(uow.limits.allowed_domains))
    invited = [email for email in emails if _may_be_invited(uow, email)]
    for email in invited:
        user = uow.users.get(email) or User(email, uow.now)
        uow.users[email] = replace(user, created=uow.now, invited_by=by)
        uow.tell(Event("invited", by=by, to=email))
    fresh = frozenset(invited)
    return invited, [email for email in emails if email not in fresh]


def is_awaited(user: User) -> bool:
    """Tell whether the person is invited and has not signed in yet."""
    return bool(user.invited_by) and sessions.last_seen(user) is None


def _may_be_invited(uow: UnitOfWork, email: str) -> bool:
    user = uow.users.get(email)
    return user is None or (is_awaited(user) and uow.now - user.created >= AGAIN_AFTER)
