"""Limits on what one person may have at any time. Kept machines do not count: nobody has them yet."""

from __future__ import annotations

from loadzone.domain.refusal import Fact, refuse
from loadzone.domain.unit_of_work import UnitOfWork


def check(uow: UnitOfWork, email: str, more: int, asked_by: str | None = None) -> None:
    """Raise Refusal: over_limit where the person would have too many machines with `more` of them.

    It names the person if somebody else asked for them.
    """
    if not allow(uow, email, more):
        used, most = uow.tally(email).has, uow.limits.max_machines
        name: dict[str, Fact] = {"email": email} if asked_by not in (None, email) else {}
        refuse("over_limit", **name, limit="max_machines", max=most, used=used, left=max(0, most - used))


def allow(uow: UnitOfWork, email: str, more: int) -> bool:
    """Tell whether the person may have so many machines more."""
    return allow_beside(uow, uow.tally(email).has, more)


def allow_beside(uow: UnitOfWork, has: int, more: int) -> bool:
    """Tell whether somebody who has `has` machines may have so many more. To ask for none more is always allowed."""
    return more == 0 or has + more <= uow.limits.max_machines
