"""People: coming in, going out, their language, their role."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import User
from loadzone.domain.refusal import refuse
from loadzone.rules import access, lease, queue, tokens, turns

SIGNED_IN_FOR = timedelta(days=30)
SESSIONS_AT_MOST = 200


def check_domain(limits: Any, email: str) -> None:
    """Refuse an address of a domain that may not sign in."""
    if limits.allowed_domains and email.rpartition("@")[2] not in limits.allowed_domains:
        refuse("domain_not_allowed", field="email", domains=", ".join(limits.allowed_domains))


def sign_in(
    change: Any, now: datetime, limits: Any, email: str, session: str, seen_language: str | None = None
) -> User:
    """The person's record, made at the first time, with the new session in it.

    Where no admins are set and nobody ever signed in, the first one becomes admin.
    """
    check_domain(limits, email)
    user = change.users.get(email)
    if user is None:
        first = not limits.admins and not change.users
        user = User(email=email, created=now, role="admin" if first else "user")
        change.tell(Event("first_admin" if first else "user_added", by=email))
    sessions = _with_session(user, session, now)
    change.users[email] = replace(user, sessions=sessions, seen_language=seen_language or user.seen_language)
    dropped = tuple(user.sessions.keys() - sessions.keys())
    if dropped:
        change.tell(Event("sessions_dropped", to=email, sessions=dropped))
    return change.users[email]


def keep_session(change: Any, now: datetime, limits: Any, actor: str | None, session: str) -> None:
    """The session was used: its thirty days begin anew."""
    user = access.signed_in(change, actor)
    if session in user.sessions:
        change.users[user.email] = replace(user, sessions={**user.sessions, session: now})


def sign_out(change: Any, now: datetime, limits: Any, actor: str | None, session: str | None) -> None:
    """End that session; None: all of this person's."""
    user = access.signed_in(change, actor)
    ended = [session] if session else list(user.sessions)
    left = {name: seen for name, seen in user.sessions.items() if name not in ended}
    change.users[user.email] = replace(user, sessions=left)
    change.tell(Event("signed_out", to=user.email, sessions=tuple(ended)))


def cut_expired(change: Any, now: datetime, limits: Any) -> None:
    """The sockets of sessions that have just run out end with them. Looked at now and then."""
    for user in list(change.users.values()):
        over = [name for name, seen in user.sessions.items() if tokens.has_just_ended(seen + SIGNED_IN_FOR, now)]
        if over:
            change.tell(Event("sessions_expired", to=user.email, sessions=tuple(over)))


def choose_language(change: Any, now: datetime, limits: Any, actor: str | None, language: str) -> User:
    user = access.signed_in(change, actor)
    if user.language != language:
        change.users[user.email] = replace(user, language=language)
        change.tell(Event("language_chosen", to=user.email, language=language))
    return change.users[user.email]


def list_all(state: Any, limits: Any, actor: str | None) -> list[tuple[User, str]]:
    """Everybody who ever signed in, with the role that is in force. Reading waits for no one."""
    access.admin_only(state, limits, actor)
    return [(user, role_of(state.users, limits, user.email)) for user in state.users.values()]


def set_role(change: Any, now: datetime, limits: Any, actor: str | None, email: str, role: str) -> None:
    access.admin_only(change, limits, actor)
    user = change.users.get(email) or refuse("no_such_user", email=email)
    if role == "user" and email in limits.admins:
        refuse("admin_by_settings", email=email)
    if user.role == role:
        return
    if role == "user":
        _keep_an_admin(change, limits, email)
    change.users[email] = replace(user, role=role)
    change.tell(Event("role_changed", by=actor, to=email, role=role))


def remove(change: Any, now: datetime, limits: Any, actor: str | None, email: str) -> None:
    """The person goes: signed out everywhere, out of every queue, and what they hold is freed."""
    access.admin_only(change, limits, actor)
    if email not in change.users:
        refuse("no_such_user", email=email)
    _keep_an_admin(change, limits, email)
    queue.leave_all(change, now, limits, email)
    for vm in [vm for vm in change.vms.values() if vm.booked_by == email]:
        lease.end(change, now, vm, "cancel", Event("force_released", by=actor, to=email, vm_id=vm.id))
        turns.serve(change, now, limits, vm.id)
    user = change.users[email]
    change.tell(Event("user_removed", by=actor, to=email, sessions=(*user.sessions, *user.tokens)))
    del change.users[email]


def role_of(users: Any, limits: Any, email: str) -> str:
    return "admin" if access.is_admin(users, limits, email) else "user"


def is_session(user: User, session: str, now: datetime) -> bool:
    """Whether that session of the person is in force."""
    seen = user.sessions.get(session)
    return seen is not None and now - seen < SIGNED_IN_FOR


def _with_session(user: User, session: str, now: datetime) -> dict[str, datetime]:
    """The sessions in force and the new one; of too many, those unused longest go."""
    fresh = sorted((item for item in user.sessions.items() if now - item[1] < SIGNED_IN_FOR), key=lambda item: item[1])
    return {**dict(fresh[1 - SESSIONS_AT_MOST :]), session: now}


def _keep_an_admin(change: Any, limits: Any, leaving: str) -> None:
    """Somebody must be able to let others in; an admin by settings can, even before ever signing in."""
    others = {email for email, user in change.users.items() if user.role == "admin"} | set(limits.admins)
    if access.is_admin(change.users, limits, leaving) and not others - {leaving}:
        refuse("last_admin", email=leaving)
