"""The body of `POST /invite`, and its answer."""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic wants this before Python 3.12

from loadzone.schemas.field_types import Emails
from loadzone.schemas.requests import RequestBody


class Invite(RequestBody):
    """The addresses of those who are invited."""

    emails: Emails


class InvitedPersonResponse(TypedDict):
    """`link` leads to the page, with the address filled in. It signs nobody in."""

    email: str
    link: str


class InvitedResponse(TypedDict):
    """`known`: they have signed in before, or were invited within the last day. `mailed`: they get a letter."""

    invited: list[InvitedPersonResponse]
    known: list[str]
    mailed: bool
