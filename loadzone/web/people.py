"""The JSON endpoints about people: who one is, signing in and out, tokens, and what admins do with others."""

from __future__ import annotations

from flask import Blueprint, session

from loadzone.rules import people, tokens
from loadzone.schemas import requests as bodies, responses as answers
from loadzone.schemas.serializers import history_view, token_view, user_view
from loadzone.web import rate_limits as throttle
from loadzone.web.context import actor, do, language, parts
from loadzone.web.endpoint import endpoint

people_api = Blueprint("people_api", __name__)

OK = {"status": "ok"}


@people_api.get("/me")
@endpoint(gives=answers.Me | answers.Stranger)
def me() -> answers.Me | answers.Stranger:
    """Who one is, and one's history, oldest first."""
    state, email = parts().store.snapshot, actor()
    if email not in state.users:
        return {"authenticated": False}
    return {
        "authenticated": True,
        "email": email,
        "role": people.role_of(state.users, parts().config, email),
        "language": language(),
        "bookings": history_view(state.users[email]),
    }


@people_api.post("/me")
@endpoint(gives=answers.Me, who="signed in")
def set_me(asked: bodies.Language) -> answers.Me | answers.Stranger:
    """Choose a language."""
    do(people.choose_language, **asked.given())
    return me()


@people_api.post("/auth")
@endpoint(gives=answers.SignedIn | answers.CodeSent, refuses="wrong_code code_expired domain_not_allowed too_many")
def auth(asked: bodies.Auth) -> answers.SignedIn | answers.CodeSent:
    """Ask for a code by mail, or sign in with it; where the server trusts its network, the address is enough."""
    accounts = parts().accounts
    if parts().config.auth == "trust":
        accounts.enter(session, asked.email, language())
    elif asked.code is not None:
        with throttle.trying(parts().limiter, accounts.is_own(session, asked.email)):
            accounts.enter_by_code(session, asked.email, asked.code, language())
    else:
        return _send_code(asked.email)
    return {"status": "ok", "email": asked.email}


@people_api.post("/logout")
@endpoint(gives=answers.Ok, by_token=False)
def logout(asked: bodies.Logout) -> answers.Ok:
    """Sign out, in this browser or everywhere."""
    if asked.everywhere:
        parts().accounts.leave_everywhere(session, actor())
    else:
        parts().accounts.leave(session)
    return OK


# Tokens


@people_api.get("/tokens")
@endpoint(gives=list[answers.Token], who="signed in", refuses="not_allowed no_such_user", by_token=False)
def list_tokens(query: bodies.WhoseTokens) -> list[answers.Token]:
    """One's own tokens; for an admin those of `email`."""
    return [token_view(one) for one in tokens.list_of(parts().store.snapshot, parts().config, actor(), query.email)]


@people_api.post("/tokens")
@endpoint(gives=answers.NewToken, who="signed in", refuses="name_taken too_many_tokens", status=201, by_token=False)
def make_token(asked: bodies.MakeToken) -> answers.NewToken:
    """Make a token. It is said this once."""
    record, text = parts().bearers.make(actor(), **asked.given())
    return {**token_view(record), "token": text}


@people_api.delete("/tokens/<token_id>")
@endpoint(gives=answers.Ok, who="signed in", refuses="no_such_token", by_token=False)
def revoke_token(token_id: str) -> answers.Ok:
    """Revoke a token of one's own; an admin, anybody's."""
    do(tokens.revoke, token_id=token_id)
    return OK


# People


@people_api.get("/users")
@endpoint(gives=list[answers.User], who="admin")
def users() -> list[answers.User]:
    """Everybody who ever signed in."""
    everybody = people.list_all(parts().store.snapshot, parts().config, actor())
    return [user_view(user, role) for user, role in everybody]


@people_api.post("/users/role")
@endpoint(gives=answers.Ok, who="admin", refuses="no_such_user last_admin admin_by_settings", by_token=False)
def set_role(asked: bodies.Role) -> answers.Ok:
    """Make somebody an admin, or a user again."""
    do(people.set_role, **asked.given())
    return OK


@people_api.post("/users/remove")
@endpoint(gives=answers.Ok, who="admin", refuses="no_such_user last_admin", by_token=False)
def remove_user(asked: bodies.Person) -> answers.Ok:
    """Remove somebody: signed out everywhere, out of every queue, what they hold is released."""
    do(people.remove, **asked.given())
    return OK


def _send_code(email: str) -> answers.CodeSent:
    """A code, unless too many were asked for: here for this address, anywhere for it, or here for all."""
    with throttle.asking(parts().limiter, email, parts().accounts.is_own(session, email)):
        parts().accounts.ask_code(session, email, language())
    return {"status": "code_sent", "in_log": not parts().config.mails}
