"""Sessions of browsers: begun, used, listed, ended. A session is known by a digest of the secret in its cookie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from loadzone.domain.events import Event
from loadzone.domain.limits import Limits
from loadzone.domain.people import BrowserSession, User
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import Tables, UnitOfWork
from loadzone.lib.times import latest
from loadzone.rules import access

LAST_FOR = timedelta(days=30)
AT_MOST = 200
ID_LENGTH = 16  # characters of the digest, 64 bits: enough to tell one's sessions apart


def is_in_force(user: User, name: str, limits: Limits, now: datetime) -> bool:
    """Tell whether this session of the person is in force.

    One that an address alone has begun is not where that is not enough, even before the timers have ended it.
    """
    session = user.sessions.get(name)
    return session is not None and _lasts(session, now) and _counts(session, limits)


def in_force(tables: Tables, actor: str | None, now: datetime) -> dict[str, BrowserSession]:
    """Return one's own sessions that are in force, last used first. Raises Refusal: not_signed_in."""
    sessions = access.signed_in(tables, actor).sessions
    used = sorted(sessions.items(), key=lambda item: item[1].used, reverse=True)
    return {name: session for name, session in used if _lasts(session, now)}


def id_of(name: str) -> str:
    """Return the id by which a session is listed and ended. It opens nothing: the cookie holds the secret itself."""
    return name[:ID_LENGTH]


def last_seen(user: User) -> datetime | None:
    """Return when the person, or a program of theirs, was last here, to within a day; None: not known."""
    in_browsers = [session.used for session in user.sessions.values()]
    return latest(user.seen, *in_browsers, *(token.used for token in user.tokens.values()))


def added(user: User, name: str, session: BrowserSession) -> dict[str, BrowserSession]:
    """Return the person's sessions in force and the new one; of too many, those unused for longest are dropped."""
    fresh = [item for item in user.sessions.items() if _lasts(item[1], session.used)]
    fresh.sort(key=lambda item: item[1].used)
    return {**dict(fresh[1 - AT_MOST :]), name: session}


def keep(uow: UnitOfWork, actor: str | None, name: str) -> None:
    """Note that the session was used now; its thirty days begin anew. Raises Refusal: not_signed_in."""
    user = access.signed_in(uow, actor)
    session = user.sessions.get(name)
    if session:
        uow.users[user.email] = replace(user, sessions={**user.sessions, name: replace(session, used=uow.now)})


def sign_out(uow: UnitOfWork, actor: str | None, name: str | None) -> None:
    """End this session of the person; None: all of them. Raises Refusal: not_signed_in."""
    _sign_out(uow, access.signed_in(uow, actor), lambda known: name in (known, None))


def sign_out_others(uow: UnitOfWork, actor: str | None, name: str | None) -> None:
    """End all sessions of the person except this one. Raises Refusal: not_signed_in."""
    _sign_out(uow, access.signed_in(uow, actor), lambda known: known != name)


def end(uow: UnitOfWork, actor: str | None, session_id: str) -> None:
    """End one of one's own sessions, by its id. Raises Refusal: not_signed_in, no_such_session."""
    user = access.signed_in(uow, actor)
    if all(id_of(name) != session_id for name in user.sessions):
        refuse("no_such_session")
    _sign_out(uow, user, lambda name: id_of(name) == session_id)


def end_trusted(uow: UnitOfWork) -> None:
    """End the sessions that an address alone has begun, where that is not enough any more. Runs with every sweep."""
    for user in list(uow.users.values()):
        trusted = {name for name, session in user.sessions.items() if not _counts(session, uow.limits)}
        ended = _drop(uow, user, trusted.__contains__)
        if ended:
            uow.tell(Event("trust_ended", to=user.email, sessions=ended))


def cut_expired(uow: UnitOfWork, since: datetime) -> None:
    """Tell which sessions ran out after `since`, the time of the last look, so that their sockets end with them."""
    for email, names in uow.sessions_last_used_between(since - LAST_FOR, uow.now - LAST_FOR).items():
        uow.tell(Event("sessions_expired", to=email, sessions=names))


def _sign_out(uow: UnitOfWork, user: User, is_meant: Callable[[str], bool]) -> None:
    ended = _drop(uow, user, is_meant)
    if ended:
        told = Event("signed_out", by=user.email, to=user.email, sessions=ended)
        uow.tell(replace(told, changed={"sessions": (len(user.sessions), len(user.sessions) - len(ended))}))


def _drop(uow: UnitOfWork, user: User, is_meant: Callable[[str], bool]) -> tuple[str, ...]:
    """Remove these sessions from the person's record; return their names."""
    left = {name: session for name, session in user.sessions.items() if not is_meant(name)}
    ended = tuple(name for name in user.sessions if name not in left)
    if ended:
        uow.users[user.email] = replace(
            user, sessions=left, seen=latest(user.seen, *(user.sessions[name].used for name in ended))
        )
    return ended


def _counts(session: BrowserSession, limits: Limits) -> bool:
    """Tell whether the way in which the session was begun is enough."""
    return limits.auth == "trust" or session.way != "trust"


def _lasts(session: BrowserSession, now: datetime) -> bool:
    return now - session.used < LAST_FOR
