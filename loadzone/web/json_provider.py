"""JSON for Flask, written by orjson."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask.json.provider import DefaultJSONProvider


class OrjsonProvider(DefaultJSONProvider):
    """Writes JSON in UTF-8, in a fraction of the time of Flask's own provider.

    Raises TypeError for a value that JSON cannot hold.
    """

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return the value as JSON text."""
        return orjson.dumps(obj).decode()

    def response(self, *args: Any, **_: Any) -> Response:
        """Return an answer with the given value, one exactly."""
        [value] = args
        return Response(orjson.dumps(value), mimetype=self.mimetype)
