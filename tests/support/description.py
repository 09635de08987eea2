"""The server's own description, /openapi.json, held against what the server answers."""

import re
from functools import cached_property
from urllib.parse import unquote, urlsplit

import jsonschema_rs
import requests

JSON = "application/json"
NOT_OF_THE_API = ("/static/", "/socket.io")


class Description:
    """An OpenAPI document. Here an answer may not have a key more than is described, which clients must put up with."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self._validators: dict[tuple[str, str, str], jsonschema_rs.Validator] = {}

    @cached_property
    def operations(self) -> dict[tuple[str, str], dict]:
        """By method (small letters) and path template."""
        return {(m, path): said for path, methods in self.document["paths"].items() for m, said in methods.items()}

    def validator(self, schema: dict, closed: bool = False) -> jsonschema_rs.Validator:
        """Of a schema that may refer to components of the document."""
        components = self._closed if closed else self.document["components"]
        whole = {**schema, "components": components}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)

    def fault(self, answer: requests.Response) -> str | None:
        """What of an answer is not described."""
        method, path = answer.request.method.lower(), unquote(urlsplit(answer.request.url).path)
        if path.startswith(NOT_OF_THE_API) or method in ("head", "options"):
            return None
        template = self._template(method, path)
        if template is None:
            return None if answer.status_code in (404, 405) else f"{method} {path} is not described"
        said = self.operations[method, template]["responses"].get(str(answer.status_code))
        name = f"{method} {template} {answer.status_code}"
        if said is None:
            return f"{name} is not described: {answer.text[:200]}"
        missing = [header for header in said.get("headers", ()) if header not in answer.headers]
        if missing:
            return f"{name} lacks {missing}"
        return self._fault_of_content(name, said.get("content", {}), answer)

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
        """A path with fewer blanks goes first."""
        for known, template in sorted(self.operations, key=lambda one: one[1].count("{")):
            if known == method and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path):
                return template
        return None

    @cached_property
    def _closed(self) -> dict:
        schemas = self.document["components"]["schemas"]
        closed = {n: {**s, "additionalProperties": False} if "properties" in s else s for n, s in schemas.items()}
        return {"schemas": closed}
