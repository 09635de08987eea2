"""Compare the answers of the server with its own description, /openapi.json."""

import re
from functools import cached_property
from urllib.parse import unquote, urlsplit

import jsonschema_rs
import requests

JSON = "application/json"
NOT_OF_THE_API = ("/static/", "/socket.io")


class Description:
    """An OpenAPI document. Here an answer may have no field that is not described; clients must accept such fields."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self._validators: dict[tuple[str, str, str], jsonschema_rs.Validator] = {}

    @cached_property
    def operations(self) -> dict[tuple[str, str], dict]:
        """Return the operations by method (in lower case) and path template."""
        paths = self.document["paths"]
        return {(method, path): spec for path, methods in paths.items() for method, spec in methods.items()}

    def validator(self, schema: dict, closed: bool = False) -> jsonschema_rs.Validator:
        """Return a validator for a schema that may refer to components of the document."""
        components = self._closed if closed else self.document["components"]
        whole = {**schema, "components": components}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)

    def fault(self, answer: requests.Response) -> str | None:
        """Return how the answer differs from the description, or None."""
        method, path = answer.request.method.lower(), unquote(urlsplit(answer.request.url).path)
        if path.startswith(NOT_OF_THE_API) or method in ("head", "options"):
            return None
        template = self._template(method, path)
        if template is None:
            return None if answer.status_code in (404, 405) else f"{method} {path} is not described"
        response = self.operations[method, template]["responses"].get(str(answer.status_code))
        name = f"{method} {template} {answer.status_code}"
        if response is None:
            return f"{name} is not described: {answer.text[:200]}"
        missing = [header for header in response.get("headers", ()) if header not in answer.headers]
        if missing:
            return f"{name} lacks {missing}"
        return self._fault_of_content(name, response.get("content", {}), answer)

    def _fault_of_content(self, name: str, content: dict, answer: requests.Response) -> str | None:
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if not content:
            return f"{name} has a body" if answer.content else None
        if kind not in content:
            return f"{name} is {kind!r}, not one of {list(content)}"
        if kind != JSON:
            return None
        if name not in self._validators:
            self._validators[name] = self.validator(content[JSON]["schema"], closed=True)
        faults = [
            f"{list(error.instance_path)}: {error}" for error in self._validators[name].iter_errors(answer.json())
        ]
        return f"{name}: {faults}" if faults else None

    def _template(self, method: str, path: str) -> str | None:
        """Return the matching path template; one with fewer parameters comes first."""
        for known, template in sorted(self.operations, key=lambda one: one[1].count("{")):
            if known == method and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path):
                return template
        return None

    @cached_property
    def _closed(self) -> dict:
        schemas = self.document["components"]["schemas"]
        closed = {n: {**s, "additionalProperties": False} if "properties" in s else s for n, s in schemas.items()}
        return {"schemas": closed}
