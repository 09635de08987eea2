"""The specification of an endpoint. Requests are checked by it, and /openapi.json is made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeVar, get_type_hints

from flask import request

from loadzone.domain.refusal import refuse
from loadzone.schemas import validation
from loadzone.schemas.requests import RequestBody
from loadzone.web.context import caller, read_body

HTML, CSV, BINARY = "text/html", "text/csv", "application/octet-stream"
# A reader may see the board: everybody, or with LOADZONE_STRANGERS=none those signed in.
Who = Literal["all", "reader", "signed in", "admin"]
View = TypeVar("View", bound=Callable[..., Any])  # Flask calls views by the names in their paths


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """The input, the answers and the refusals of an endpoint.

    `summary` is one sentence for people. `returns` is a shape of schemas/responses.py, or the media type of an answer
    that is not JSON. `refuses` are the codes that it adds to those that all endpoints of its kind have. `path` has the
    types of the arguments in the path. `body` and `query` are models of schemas/requests.py. `tagged`: the answer has
    an ETag. Without `by_token`, requests with a token are refused.
    """

    summary: str
    returns: Any  # a type: a class, a union, list[…]; or text
    status: int
    who: Who
    refuses: tuple[str, ...]
    path: Mapping[str, type]
    body: type[RequestBody] | None
    query: type[RequestBody] | None
    tagged: bool
    by_token: bool


def endpoint(
    returns: Any, who: Who = "all", refuses: str = "", status: int = 200, tagged: bool = False, by_token: bool = True
) -> Callable[[View], View]:
    """Decorate a view; the arguments are those of EndpointSpec. The summary is the first line of its docstring.

    A view with an argument `body` or `query` gets the checked body or query of the request. A `tagged` view sets the
    ETag of its answer; a client that already has this version gets 304. An endpoint without `by_token` is for people in
    their browsers: a stolen token must not give more rights, or lock out the people who could revoke it.
    """

    def decorate(view: View) -> View:
        hints = get_type_hints(view)
        body, query = hints.get("body"), hints.get("query")

        @wraps(view)
        def checked(**arguments: Any) -> Any:
            if not by_token and caller().token:
                refuse("not_with_token")
            if body:
                arguments["body"] = read_body(body)
            if query:
                arguments["query"] = validation.check(query, request.args.to_dict())
            answer = view(**arguments)
            if tagged:
                answer.make_conditional(request)
            return (answer, status) if status != 200 else answer

        path = {name: kind for name, kind in hints.items() if name not in ("body", "query", "return")}
        summary = (view.__doc__ or "").strip().split("\n")[0]
        spec = EndpointSpec(summary, returns, status, who, tuple(refuses.split()), path, body, query, tagged, by_token)
        checked.spec = spec  # type: ignore[attr-defined]  # web/openapi.py reads it
        return checked  # type: ignore[return-value]  # the same signature, by `wraps`

    return decorate
