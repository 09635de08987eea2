"""What an endpoint takes, gives and refuses, said once: by this it is checked, and described in /openapi.json."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, get_type_hints

from flask import request

import bodies
import reading
from context import body, caller
from rules.refusal import refuse

HTML, BINARY = "text/html", "application/octet-stream"
Who = Literal["all", "signed in", "admin"]


@dataclass(frozen=True, slots=True)
class Said:
    """`body` and `query` are models of bodies.py; `gives` is a shape of answers.py, or the media type of no JSON.

    Where it is `tagged`, the answer has an ETag; where it is not `by_token`, programs are refused.
    """

    gives: Any
    status: int
    who: Who
    refuses: tuple[str, ...]
    path: Mapping[str, type]
    body: type[bodies.Body] | None
    query: type[bodies.Body] | None
    tagged: bool
    by_token: bool


def endpoint(
    gives: Any, who: Who = "all", refuses: str = "", status: int = 200, tagged: bool = False, by_token: bool = True
) -> Callable:
    """Decorates a view. Its arguments `asked` and `query`, where it has them, are what the request brings, checked.

    `refuses` names the codes that this endpoint adds to those that all of its kind have. A `tagged` view gives its
    answer an ETag; who has that already is answered 304. What is not `by_token` is for people in their browsers: with a
    token that was stolen nobody shall get more than it is, nor keep out whoever could revoke it.
    """

    def decorate(view: Callable) -> Callable:
        hints = get_type_hints(view)

        @wraps(view)
        def checked(**path: Any) -> Any:
            if not by_token and caller().token:
                refuse("not_with_token")
            if "asked" in hints:
                path["asked"] = body(hints["asked"])
            if "query" in hints:
                path["query"] = reading.check(hints["query"], request.args.to_dict())
            answer = view(**path)
            if tagged:
                answer.make_conditional(request)
            return (answer, status) if status != 200 else answer

        path_hints = {name: kind for name, kind in hints.items() if name not in ("asked", "query", "return")}
        models = hints.get("asked"), hints.get("query")
        checked.said = Said(gives, status, who, tuple(refuses.split()), path_hints, *models, tagged, by_token)
        return checked

    return decorate
