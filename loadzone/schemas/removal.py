"""The body of `POST /users/remove`, and its answer."""

from __future__ import annotations

from typing import Literal

from typing_extensions import NotRequired, TypedDict  # pydantic wants this before Python 3.12

from loadzone.schemas.field_types import Email
from loadzone.schemas.requests import RequestBody


class Removal(RequestBody):
    """The person to remove. `pseudonym`: whether a pseudonym takes the place of the name in all that is kept."""

    email: Email
    pseudonym: bool = False


class RemovedResponse(TypedDict):
    """`pseudonym`: the name that stands for the person from now on, if one was asked for."""

    status: Literal["ok"]
    pseudonym: NotRequired[str]
