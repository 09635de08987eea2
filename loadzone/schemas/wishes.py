"""The body of `POST /me`: what a person wants."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from loadzone.config import LanguageCode
from loadzone.schemas.field_types import LetterChoice, ZoneName
from loadzone.schemas.requests import RequestBody


def _some_wish(schema: dict[str, Any]) -> None:
    """Add to the JSON Schema what `Wishes._check_wishes` checks, and an example."""
    names = schema["properties"]
    schema["anyOf"] = [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]
    schema["examples"] = [{"language": "en"}]


class Wishes(RequestBody):
    """A person's wishes: at least one of these."""

    model_config = ConfigDict(json_schema_extra=_some_wish)

    language: LanguageCode | None = None
    letters: LetterChoice | None = None
    zone: ZoneName | None = None

    @model_validator(mode="after")
    def _check_wishes(self) -> Wishes:
        if not self.given():
            names = ", ".join(type(self).model_fields)
            raise PydanticCustomError("some_of", "some_of", {"names": names, "field": "language"})
        return self

    def given(self) -> dict[str, Any]:
        """Return the fields that the request has, except those that are null."""
        return {name: value for name, value in super().given().items() if value is not None}
