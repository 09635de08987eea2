"""The JSON endpoints of people: the caller, signing in and out, tokens, and the administration of users."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, session

from loadzone.domain.events import LETTER_KINDS
from loadzone.domain.pseudonym import pseudonym_of
from loadzone.domain.records import State
from loadzone.lib.networks import network_of
from loadzone.lib.times import iso
from loadzone.notifications.letters import invitation_url
from loadzone.rules import invitations, people, sessions, tokens
from loadzone.schemas import requests, responses
from loadzone.schemas.invite import Invite, InvitedPersonResponse, InvitedResponse
from loadzone.schemas.removal import Removal, RemovedResponse
from loadzone.schemas.serializers import history_view, mail_trouble_view, session_view, token_view, user_view
from loadzone.schemas.wishes import Wishes
from loadzone.web.context import actor, caller, language, run, services
from loadzone.web.endpoint import endpoint

people_api = Blueprint("people_api", __name__)

OK: responses.OkResponse = {"status": "ok"}
TIME_HEADER = "LoadZone-Time"


@people_api.after_request
def tell_time(response: Response) -> Response:
    """Tell the page the server's time (static/clock.js). The header `Date` has seconds only, and proxies replace it."""
    response.headers[TIME_HEADER] = iso(services().clock())
    return response


@people_api.get("/me")
@endpoint(returns=responses.MeResponse | responses.StrangerResponse)
def me() -> responses.MeResponse | responses.StrangerResponse:
    """Return who the caller is, with their history of bookings, oldest first."""
    state, email = services().store.snapshot, actor()
    if email is None or email not in state.users:
        return _stranger(state)
    user = state.users[email]
    mine: responses.MeResponse = {
        "authenticated": True,
        "email": email,
        "role": people.role_of(state, services().config, email),
        "language": language(),
        "letters": {kind: kind not in user.no_letters for kind in LETTER_KINDS},
        "zone": user.zone,
        "bookings": history_view(user),
    }
    if token := caller().token:
        mine["token"] = {"name": token.name, "expires": iso(token.expires)}
    trouble = services().mail_trouble()
    if trouble and mine["role"] == "admin":
        mine["mail"] = mail_trouble_view(trouble, len(state.letters))
    return mine


def _stranger(state: State) -> responses.StrangerResponse:
    if people.awaits_admin(state, services().config):
        return {"authenticated": False, "first_admin": True}
    return {"authenticated": False}


@people_api.post("/me")
@endpoint(returns=responses.MeResponse, who="signed in")
def set_me(body: Wishes) -> responses.MeResponse | responses.StrangerResponse:
    """Set the caller's language, the letters that they want, or their time zone."""
    run(people.choose, **body.given())
    return me()


@people_api.post("/auth")
@endpoint(
    returns=responses.SignedInResponse | responses.CodeSentResponse,
    refuses="wrong_code code_expired domain_not_allowed too_many",
)
def auth(body: requests.Auth) -> responses.SignedInResponse | responses.CodeSentResponse:
    """Ask for a sign-in code by mail, or sign in with it. On a trusted network the address alone is enough."""
    signing, browser = services().sessions, request.headers.get("User-Agent", "")
    is_returning = signing.is_returning(session, body.email)
    if services().config.auth == "trust":
        signing.enter(session, body.email, language(), browser)
    elif body.code is None:
        services().rate_limits.count_code_request(body.email, _network(), is_returning)
        signing.ask_code(session, body.email, language())
        return {"status": "code_sent", "in_log": not services().config.mails}
    else:
        with services().rate_limits.counting_wrong_tries(_network(), is_returning):
            signing.enter_by_code(session, body.email, body.code, language(), browser)
    return {"status": "ok", "email": body.email}


@people_api.post("/logout")
@endpoint(returns=responses.OkResponse, by_token=False)
def logout(body: requests.Logout) -> responses.OkResponse:
    """Sign out in this browser, `everywhere`, or `elsewhere`: in all other browsers."""
    if body.everywhere:
        services().sessions.leave_everywhere(session, actor())
    elif body.elsewhere:
        services().sessions.leave_elsewhere(session)
    else:
        services().sessions.leave(session)
    return OK


# Sessions


@people_api.get("/sessions")
@endpoint(returns=list[responses.SessionResponse], who="signed in", by_token=False)
def list_sessions() -> list[responses.SessionResponse]:
    """List the browsers in which the caller is signed in, last used first."""
    mine = sessions.in_force(services().store.snapshot, actor(), services().clock())
    here = caller().session
    return [session_view(sessions.id_of(name), one, name == (here and here.name)) for name, one in mine.items()]


@people_api.delete("/sessions/<session_id>")
@endpoint(returns=responses.OkResponse, who="signed in", refuses="no_such_session", by_token=False)
def end_session(session_id: str) -> responses.OkResponse:
    """Sign out in one browser."""
    run(sessions.end, session_id=session_id)
    return OK


# Tokens


@people_api.get("/tokens")
@endpoint(returns=list[responses.TokenResponse], who="signed in", refuses="not_allowed no_such_user", by_token=False)
def list_tokens(query: requests.WhoseTokens) -> list[responses.TokenResponse]:
    """List the caller's tokens. Admins can list those of `email`."""
    return [
        token_view(one) for one in tokens.list_of(services().store.snapshot, services().config, actor(), query.email)
    ]


@people_api.post("/tokens")
@endpoint(
    returns=responses.NewTokenResponse,
    who="signed in",
    refuses="name_taken too_many_tokens",
    status=201,
    by_token=False,
)
def make_token(body: requests.MakeToken) -> responses.NewTokenResponse:
    """Create a token. The token itself is in this answer only."""
    record, text = services().api_tokens.make(actor(), body.name, body.days)
    return {**token_view(record), "token": text}


@people_api.delete("/tokens/<token_id>")
@endpoint(returns=responses.OkResponse, who="signed in", refuses="no_such_token", by_token=False)
def revoke_token(token_id: str) -> responses.OkResponse:
    """Revoke a token. Admins can revoke those of others."""
    run(tokens.revoke, token_id=token_id)
    return OK


# People


@people_api.get("/users")
@endpoint(returns=list[responses.UserResponse], who="admin")
def users() -> list[responses.UserResponse]:
    """List everybody who has signed in before or is invited."""
    everybody = people.list_all(services().store.snapshot, services().config, actor())
    return [user_view(*listed) for listed in everybody]


@people_api.post("/invite")
@endpoint(returns=InvitedResponse, who="admin", refuses="domain_not_allowed too_many", by_token=False)
def invite(body: Invite) -> InvitedResponse:
    """Invite people to sign in: they are known from then on, and get a letter if mail is sent."""
    if email := actor():
        services().rate_limits.count_invitations(email, len(body.emails))
    invited, known = run(invitations.invite, **body.given())
    config = services().config
    people_invited = [InvitedPersonResponse(email=one, link=invitation_url(config.base_url, one)) for one in invited]
    return {"invited": people_invited, "known": known, "mailed": config.mails}


@people_api.post("/users/role")
@endpoint(
    returns=responses.OkResponse, who="admin", refuses="no_such_user last_admin admin_by_settings", by_token=False
)
def set_role(body: requests.Role) -> responses.OkResponse:
    """Make a person an admin, or a user again."""
    run(people.set_role, **body.given())
    return OK


@people_api.post("/users/remove")
@endpoint(returns=RemovedResponse, who="admin", refuses="no_such_user last_admin", by_token=False)
def remove_user(body: Removal) -> RemovedResponse:
    """Remove a person: end their sessions, take them out of all queues, release their machines.

    With `pseudonym` a name made for them takes the place of their address in all that is kept, also in the history.
    """
    name = pseudonym_of(str(current_app.secret_key), body.email) if body.pseudonym else None
    run(people.remove, email=body.email, pseudonym=name)
    return {"status": "ok", "pseudonym": name} if name else {"status": "ok"}


def _network() -> str:
    """Return the network that the request came from."""
    return network_of(request.remote_addr or "")
