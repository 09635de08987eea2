"""A person's API tokens: made, listed, revoked, used. Only a digest of each secret is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from loadzone.domain.events import Event
from loadzone.domain.limits import Limits
from loadzone.domain.names import name_key
from loadzone.domain.people import Token
from loadzone.domain.records import State
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import latest
from loadzone.rules import access

AT_MOST = 50
REMIND_DAYS = (14, 7, 1)  # before a token ends, its owner is told


def create(uow: UnitOfWork, actor: str | None, token_id: str, name: str, digest: str, days: int) -> Token:
    """Make a token that is good for `days`; return its record.

    Raises Refusal: not_signed_in, too_many_tokens, name_taken.
    """
    user = access.signed_in(uow, actor)
    if len(user.tokens) >= AT_MOST:
        refuse("too_many_tokens", max=AT_MOST)
    same = [token.name for token in user.tokens.values() if name_key(token.name) == name_key(name)]
    if same:
        refuse("name_taken", field="name", name=same[0], what="token")
    token = Token(token_id, name, digest, created=uow.now, expires=uow.now + timedelta(days=days))
    uow.users[user.email] = replace(user, tokens={**user.tokens, token_id: token})
    told = Event("token_made", by=user.email, via=name, until=token.expires)
    uow.tell(replace(told, changed={"token": (None, name)}))
    return token


def revoke(uow: UnitOfWork, actor: str | None, token_id: str) -> None:
    """Revoke a token of one's own; an admin may revoke anybody's. Raises Refusal: not_signed_in, no_such_token."""
    me = access.signed_in(uow, actor)
    owner = uow.owner_of_token(token_id) if access.is_admin(uow.users, uow.limits, me.email) else me
    if owner is None or token_id not in owner.tokens:
        refuse("no_such_token")
    left = {known: token for known, token in owner.tokens.items() if known != token_id}
    uow.users[owner.email] = replace(owner, tokens=left, seen=latest(owner.seen, owner.tokens[token_id].used))
    name = owner.tokens[token_id].name
    told = Event("token_revoked", by=me.email, to=owner.email, via=name, sessions=(token_id,))
    uow.tell(replace(told, changed={"token": (name, None)}))


def list_of(state: State, limits: Limits, actor: str | None, email: str | None = None) -> list[Token]:
    """Return one's own tokens, oldest first; for an admin, those of `email`.

    Raises Refusal: not_signed_in, not_allowed, no_such_user.
    """
    me = access.signed_in(state, actor)
    if email and email != me.email:
        access.acting_admin(state, limits, actor)
    owner = state.users.get(email or me.email) or refuse("no_such_user", email=email)
    return list(owner.tokens.values())


def use(uow: UnitOfWork, actor: str | None, token_id: str) -> None:
    """Note that the token was used now. Raises Refusal: not_signed_in."""
    user = access.signed_in(uow, actor)
    token = user.tokens.get(token_id)
    if token:
        uow.users[user.email] = replace(user, tokens={**user.tokens, token_id: replace(token, used=uow.now)})


def remind(uow: UnitOfWork) -> None:
    """Tell owners that tokens end soon: of the times in REMIND_DAYS the last one missed. Runs with every sweep."""
    for user in list(uow.users.values()):
        due = [token for token in user.tokens.values() if _is_reminder_due(token, uow.now)]
        if due:
            told = {token.id: replace(token, reminded=uow.now) for token in due}
            uow.users[user.email] = replace(user, tokens={**user.tokens, **told})
        for token in due:
            uow.tell(Event("token_expires", to=user.email, via=token.name, until=token.expires))


def note_expired(uow: UnitOfWork) -> None:
    """Tell of each token that has expired, once, also if the server was down then. Runs with every sweep."""
    for user in list(uow.users.values()):
        over = [token for token in user.tokens.values() if _is_newly_over(token, uow.now)]
        if over:
            told = {token.id: replace(token, reminded=uow.now) for token in over}
            uow.users[user.email] = replace(user, tokens={**user.tokens, **told})
        for token in over:
            changed = {"token": (token.name, None)}
            uow.tell(Event("token_expired", to=user.email, via=token.name, until=token.expires, changed=changed))


def _is_newly_over(token: Token, now: datetime) -> bool:
    return token.expires <= now and (token.reminded is None or token.reminded < token.expires)


def _is_reminder_due(token: Token, now: datetime) -> bool:
    """A token that was made for a few days only is not told of at once: those times were before it."""
    told = max(token.created, token.reminded or token.created)
    due_times = (token.expires - timedelta(days=days) for days in REMIND_DAYS)
    return now < token.expires and any(told < due <= now for due in due_times)


def cut_expired(uow: UnitOfWork, since: datetime) -> None:
    """Tell which tokens have expired after `since`, the time of the last look, so that their sockets end with them."""
    for email, ids in uow.tokens_expired_between(since, uow.now).items():
        uow.tell(Event("tokens_expired", to=email, sessions=ids))
