"""A person's API tokens: made, listed, revoked, used. Only what cannot be turned back into a token is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.lookalikes import look
from loadzone.domain.records import Token
from loadzone.domain.refusal import refuse
from loadzone.rules import access

AT_MOST = 50
LOOKED_AT_LEAST_EVERY = timedelta(minutes=5)


def create(
    change: Any, now: datetime, limits: Any, actor: str | None, token_id: str, name: str, digest: str, days: int
) -> Token:
    """The new token's record, good for `days`."""
    user = access.signed_in(change, actor)
    if len(user.tokens) >= AT_MOST:
        refuse("too_many_tokens", max=AT_MOST)
    if any(look(token.name) == look(name) for token in user.tokens.values()):
        refuse("name_taken", field="name", name=name, what="token")
    token = Token(token_id, name, digest, created=now, expires=now + timedelta(days=days))
    change.users[user.email] = replace(user, tokens={**user.tokens, token_id: token})
    change.tell(Event("token_made", by=user.email, via=name))
    return token


def revoke(change: Any, now: datetime, limits: Any, actor: str | None, token_id: str) -> None:
    """The token is worth nothing any more. One's own, or an admin anybody's."""
    me = access.signed_in(change, actor)
    everybody = change.users.values() if access.is_admin(change.users, limits, me.email) else [me]
    owner = next((user for user in everybody if token_id in user.tokens), None) or refuse("no_such_token")
    left = {known: token for known, token in owner.tokens.items() if known != token_id}
    change.users[owner.email] = replace(owner, tokens=left)
    event = Event("token_revoked", by=me.email, to=owner.email, via=owner.tokens[token_id].name, sessions=(token_id,))
    change.tell(event)


def list_of(state: Any, limits: Any, actor: str | None, email: str | None = None) -> list[Token]:
    """One's own tokens, oldest first; for an admin those of `email`."""
    me = access.signed_in(state, actor)
    if email and email != me.email:
        access.admin_only(state, limits, actor)
    owner = state.users.get(email or me.email) or refuse("no_such_user", email=email)
    return list(owner.tokens.values())


def use(change: Any, now: datetime, limits: Any, actor: str | None, token_id: str) -> None:
    """Note that the token was used now."""
    user = access.signed_in(change, actor)
    token = user.tokens.get(token_id)
    if token:
        change.users[user.email] = replace(user, tokens={**user.tokens, token_id: replace(token, used=now)})


def cut_expired(change: Any, now: datetime, limits: Any) -> None:
    """The sockets of tokens that have just expired end with them. Looked at now and then."""
    for user in list(change.users.values()):
        over = [token.id for token in user.tokens.values() if has_just_ended(token.expires, now)]
        if over:
            change.tell(Event("tokens_expired", to=user.email, sessions=tuple(over)))


def has_just_ended(end: datetime, now: datetime) -> bool:
    return now - LOOKED_AT_LEAST_EVERY < end <= now
