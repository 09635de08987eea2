"""The JSON endpoints about people: who one is, signing in and out, tokens, and what admins do with others."""

from __future__ import annotations

from flask import Blueprint, session

from loadzone.rules import people, tokens
from loadzone.schemas import requests, responses
from loadzone.schemas.serializers import history_view, token_view, user_view
from loadzone.web import rate_limits
from loadzone.web.context import actor, do, language, services
from loadzone.web.endpoint import endpoint

people_api = Blueprint("people_api", __name__)

OK = {"status": "ok"}


@people_api.get("/me")
@endpoint(gives=responses.Me | responses.Stranger)
def me() -> responses.Me | responses.Stranger:
    """Who one is, and one's history, oldest first."""
    state, email = services().store.snapshot, actor()
    if email not in state.users:
        return {"authenticated": False}
    return {
        "authenticated": True,
        "email": email,
        "role": people.role_of(state.users, services().config, email),
        "language": language(),
        "bookings": history_view(state.users[email]),
    }


@people_api.post("/me")
@endpoint(gives=responses.Me, who="signed in")
def set_me(asked: requests.Language) -> responses.Me | responses.Stranger:
    """Choose a language."""
    do(people.choose_language, **asked.given())
    return me()


@people_api.post("/auth")
@endpoint(gives=responses.SignedIn | responses.CodeSent, refuses="wrong_code code_expired domain_not_allowed too_many")
def auth(asked: requests.Auth) -> responses.SignedIn | responses.CodeSent:
    """Ask for a code by mail, or sign in with it; where the server trusts its network, the address is enough."""
    accounts = services().sessions
    if services().config.auth == "trust":
        accounts.enter(session, asked.email, language())
    elif asked.code is not None:
        with rate_limits.trying(services().limiter, accounts.is_own(session, asked.email)):
            accounts.enter_by_code(session, asked.email, asked.code, language())
    else:
        return _send_code(asked.email)
    return {"status": "ok", "email": asked.email}


@people_api.post("/logout")
@endpoint(gives=responses.Ok, by_token=False)
def logout(asked: requests.Logout) -> responses.Ok:
    """Sign out, in this browser or everywhere."""
    if asked.everywhere:
        services().sessions.leave_everywhere(session, actor())
    else:
        services().sessions.leave(session)
    return OK


# Tokens


@people_api.get("/tokens")
@endpoint(gives=list[responses.Token], who="signed in", refuses="not_allowed no_such_user", by_token=False)
def list_tokens(query: requests.WhoseTokens) -> list[responses.Token]:
    """One's own tokens; for an admin those of `email`."""
    return [
        token_view(one) for one in tokens.list_of(services().store.snapshot, services().config, actor(), query.email)
    ]


@people_api.post("/tokens")
@endpoint(gives=responses.NewToken, who="signed in", refuses="name_taken too_many_tokens", status=201, by_token=False)
def make_token(asked: requests.MakeToken) -> responses.NewToken:
    """Make a token. It is said this once."""
    record, text = services().api_tokens.make(actor(), **asked.given())
    return {**token_view(record), "token": text}


@people_api.delete("/tokens/<token_id>")
@endpoint(gives=responses.Ok, who="signed in", refuses="no_such_token", by_token=False)
def revoke_token(token_id: str) -> responses.Ok:
    """Revoke a token of one's own; an admin, anybody's."""
    do(tokens.revoke, token_id=token_id)
    return OK


# People


@people_api.get("/users")
@endpoint(gives=list[responses.User], who="admin")
def users() -> list[responses.User]:
    """Everybody who ever signed in."""
    everybody = people.list_all(services().store.snapshot, services().config, actor())
    return [user_view(user, role) for user, role in everybody]


@people_api.post("/users/role")
@endpoint(gives=responses.Ok, who="admin", refuses="no_such_user last_admin admin_by_settings", by_token=False)
def set_role(asked: requests.Role) -> responses.Ok:
    """Make somebody an admin, or a user again."""
    do(people.set_role, **asked.given())
    return OK


@people_api.post("/users/remove")
@endpoint(gives=responses.Ok, who="admin", refuses="no_such_user last_admin", by_token=False)
def remove_user(asked: requests.Person) -> responses.Ok:
    """Remove somebody: signed out everywhere, out of every queue, what they hold is released."""
    do(people.remove, **asked.given())
    return OK


def _send_code(email: str) -> responses.CodeSent:
    """A code, unless too many were asked for: here for this address, anywhere for it, or here for all."""
    with rate_limits.asking(services().limiter, email, services().sessions.is_own(session, email)):
        services().sessions.ask_code(session, email, language())
    return {"status": "code_sent", "in_log": not services().config.mails}
