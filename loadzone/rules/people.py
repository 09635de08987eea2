"""People: signing in, their language, their role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from loadzone.domain.events import Changes, Event
from loadzone.domain.limits import Limits
from loadzone.domain.people import BrowserSession, Role, User
from loadzone.domain.pseudonym import Pseudonym
from loadzone.domain.records import State
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import Tables, UnitOfWork
from loadzone.lib.times import latest
from loadzone.rules import access, lease, queue, sessions


def check_domain(limits: Limits, email: str) -> None:
    """Raise Refusal: domain_not_allowed for an address whose domain may not sign in."""
    if not is_allowed(limits, email):
        refuse("domain_not_allowed", field="email", domains=", ".join(limits.allowed_domains))


def is_allowed(limits: Limits, email: str) -> bool:
    """Tell whether addresses of this domain may sign in."""
    return not limits.allowed_domains or email.rpartition("@")[2] in limits.allowed_domains


def known(uow: UnitOfWork, email: str) -> User:
    """Return the person who is to have a machine. Raises Refusal: no_such_user, domain_not_allowed."""
    user = uow.users.get(email) or refuse("no_such_user", email=email, field="email")
    check_domain(uow.limits, email)
    return user


def sign_in(
    uow: UnitOfWork, email: str, session: str, seen_language: str | None = None, browser: str = "", system: str = ""
) -> None:
    """Add a session to the person's record, which is made at the first sign-in.

    Where the settings name no admins and nobody has ever signed in, the first person becomes admin.
    Raises Refusal: domain_not_allowed.
    """
    check_domain(uow.limits, email)
    user = uow.users.get(email)
    if user is None or user.invited_by:
        user = _newly_here(uow, user or User(email, uow.now))
    else:
        uow.tell(Event("signed_in", by=email))
    begun = BrowserSession(uow.now, uow.now, uow.limits.auth, browser, system)
    kept = sessions.added(user, session, begun)
    dropped = tuple(user.sessions.keys() - kept.keys())
    uow.users[email] = replace(
        user,
        sessions=kept,
        seen=latest(user.seen, *(user.sessions[name].used for name in dropped)),
        seen_language=seen_language or user.seen_language,
    )
    if dropped:
        uow.tell(Event("sessions_dropped", to=email, sessions=dropped))


def awaits_admin(tables: Tables, limits: Limits) -> bool:
    """Tell whether the first person who signs in becomes admin."""
    return not limits.admins and not tables.users


def end_disallowed(uow: UnitOfWork) -> None:
    """End the sessions and tokens of people whose domain may not sign in any more, and take them out of all queues.

    Runs with every sweep. Their bookings stay until they end; an admin can release them.
    """
    if not uow.limits.allowed_domains:
        return
    for user in list(uow.users.values()):
        if (user.sessions or user.tokens) and not is_allowed(uow.limits, user.email):
            uow.users[user.email] = replace(user, sessions={}, tokens={}, seen=sessions.last_seen(user))
            uow.tell(Event("domain_disallowed", to=user.email, sessions=(*user.sessions, *user.tokens)))
    queue.leave_all(uow, lambda email: not is_allowed(uow.limits, email), by=None)


def choose(
    uow: UnitOfWork,
    actor: str | None,
    language: str | None = None,
    letters: Mapping[str, bool] | None = None,
    zone: str | None = None,
) -> User:
    """Set what is given: the person's language, which letters they want, their zone; return the record.

    Raises Refusal: not_signed_in.
    """
    user = access.signed_in(uow, actor)
    chosen = replace(
        user,
        language=language or user.language,
        no_letters=_without(user.no_letters, letters or {}),
        zone=zone or user.zone,
    )
    if chosen != user:
        uow.users[user.email] = chosen
        uow.tell(Event("preferences_changed", by=user.email, changed=_differences(user, chosen)))
    if chosen.language != user.language:
        uow.tell(Event("language_chosen", to=user.email, language=chosen.language))
    return chosen


def unsubscribe(uow: UnitOfWork, email: str, kind: str) -> None:
    """Stop the letters of this kind to the person. Raises Refusal: no_such_user."""
    choose(uow, uow.user(email).email, letters={kind: False})


def subscribe(uow: UnitOfWork, email: str, kind: str) -> None:
    """Send the letters of this kind to the person again. Raises Refusal: no_such_user."""
    choose(uow, uow.user(email).email, letters={kind: True})


def _differences(old: User, new: User) -> Changes:
    """Return which of the person's wishes are not as they were."""
    values = ((name, getattr(old, name), getattr(new, name)) for name in ("language", "zone", "no_letters"))
    return {name: (before, after) for name, before, after in values if before != after}


def _without(unwanted: tuple[str, ...], letters: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the kinds that are not wanted, after this choice. Kinds that it does not name stay as they are."""
    kept = [kind for kind in unwanted if not letters.get(kind, False)]
    return tuple(dict.fromkeys([*kept, *(kind for kind, is_wanted in letters.items() if not is_wanted)]))


class ListedUser(NamedTuple):
    """A person as admins see them: with the role in force, and the last use of LoadZone, to within a day."""

    user: User
    role: Role
    is_admin_by_settings: bool
    seen: datetime | None


def list_all(state: State, limits: Limits, actor: str | None) -> list[ListedUser]:
    """Return everybody who ever signed in or is invited. Raises Refusal: not_signed_in, not_allowed."""
    access.acting_admin(state, limits, actor)
    by_settings = frozenset(limits.admins)
    return [
        ListedUser(
            user,
            "admin" if user.role == "admin" or user.email in by_settings else "user",
            user.email in by_settings,
            sessions.last_seen(user),
        )
        for user in state.users.values()
    ]


def set_role(uow: UnitOfWork, actor: str | None, email: str, role: Role) -> None:
    """Make a person admin, or a user again.

    Raises Refusal: not_signed_in, not_allowed, no_such_user, admin_by_settings, last_admin.
    """
    by = access.require_admin(uow, actor)
    user = uow.user(email)
    if role == "user" and email in uow.limits.admins:
        refuse("admin_by_settings", email=email)
    if user.role == role:
        return
    if role == "user":
        _keep_an_admin(uow, email)
    uow.users[email] = replace(user, role=role)
    uow.tell(Event("role_changed", by=by, to=email, role=role, changed={"role": (user.role, role)}))


def remove(uow: UnitOfWork, actor: str | None, email: str, pseudonym: str | None = None) -> None:
    """Remove a person: out of every session and queue, and what they hold is released.

    `pseudonym` takes the place of the address in all that is kept (rules/pseudonyms.py).
    Raises Refusal: not_signed_in, not_allowed, no_such_user, last_admin.
    """
    by = access.require_admin(uow, actor)
    user = uow.user(email)
    _keep_an_admin(uow, email)
    queue.leave_all(uow, email.__eq__, by)
    # The letter is written when the record, with its wishes, is gone.
    is_stopped, reads = "released" in user.no_letters, user.language or user.seen_language
    for vm in uow.vms_booked_by(email):
        if vm.booking:
            event = Event("force_released", by=by, to=email, vm_id=vm.id, language=reads, quiet=is_stopped)
            lease.end(uow, vm, vm.booking, "cancel", replace(event, booked_at=vm.booking.booked_at))
    uow.tell(Event("user_removed", by=by, to=email, sessions=(*user.sessions, *user.tokens)))
    del uow.users[email]
    if pseudonym:
        uow.pseudonyms.append(Pseudonym(email, pseudonym))


def role_of(state: State, limits: Limits, email: str) -> Role:
    """Return the role in force."""
    return "admin" if access.is_admin(state.users, limits, email) else "user"


def _newly_here(uow: UnitOfWork, user: User) -> User:
    """Return the record of a person who signs in for the first time, invited or not."""
    is_first = awaits_admin(uow, uow.limits)
    uow.tell(Event("first_admin" if is_first else "user_added", by=user.email))
    return replace(user, created=uow.now, role="admin" if is_first else user.role, invited_by="")


def _keep_an_admin(uow: UnitOfWork, leaving: str) -> None:
    """Raise Refusal: last_admin if nobody else could let others in.

    An admin by the settings can, even before ever signing in.
    """
    others = {email for email in uow.admins() | set(uow.limits.admins) if is_allowed(uow.limits, email)}
    if access.is_admin(uow.users, uow.limits, leaving) and not others - {leaving}:
        refuse("last_admin", email=leaving)
