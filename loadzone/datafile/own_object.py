"""One object that LoadZone has written itself a moment ago, read by key; nothing is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, cast

from loadzone.datafile.typed_object import TypedObject
from loadzone.domain.records import MOST
from loadzone.domain.unknown_keys import NOTHING

T = TypeVar("T")


class OwnObject(TypedObject):
    """A TypedObject without its checks, which take two thirds of the time. Each key can be read once.

    What is not as LoadZone writes it raises TypeError, ValueError or AttributeError, here or later.
    """

    def __init__(self, value: object) -> None:
        self._left = cast("dict[str, Any]", value)

    def text(self, key: str) -> str | None:
        """Return a string."""
        text: str | None = self._left.pop(key, None)
        return text

    def number(self, key: str, most: int = MOST) -> int | None:
        """Return a whole number."""
        number: int | None = self._left.pop(key, None)
        return number

    def amount(self, key: str, most: float = MOST) -> float | None:
        """Return a number."""
        amount: float | None = self._left.pop(key, None)
        return amount

    def address(self, key: str) -> str | None:
        """Return an e-mail address."""
        return self.text(key)

    def flag(self, key: str) -> bool:
        """Return a boolean; an absent one is false."""
        return bool(self._left.pop(key, False))

    def mapping(self, key: str) -> Mapping[str, object]:
        """Return an object as it is; an absent one is empty."""
        return self._left.pop(key, None) or NOTHING

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; an absent one is empty."""
        return tuple(self._left.pop(key, ()))

    def time(self, key: str) -> datetime | None:
        """Return an instant."""
        text = self._left.pop(key, None)
        return _time(text) if text else None

    def times(self, key: str) -> Mapping[str, datetime]:
        """Return an object whose values are all times; an absent one is empty."""
        return {name: _time(text) for name, text in self._left.pop(key, NOTHING).items()}

    def required(self, key: str, read: Callable[[str], T | None], otherwise: T) -> T:
        """Return what `read(key)` returns; if that is None, `otherwise`."""
        value = read(key)
        return otherwise if value is None else value

    def items(self, key: str) -> list[object]:
        """Return a list as it is; an absent one is empty."""
        return self._left.pop(key, None) or []

    def member(self, key: str) -> TypedObject | None:
        """Return an object; None: it is absent."""
        value = self._left.pop(key, None)
        return None if value is None else OwnObject(value)

    def inner(self, key: str, item: object, number: int) -> TypedObject:
        """Return the object `item`."""
        return OwnObject(item)

    def table(self, key: str) -> list[tuple[str, TypedObject]]:
        """Return an object whose values are objects, as pairs."""
        return [(name, OwnObject(item)) for name, item in self._left.pop(key, NOTHING).items()]

    def by_address(self, key: str) -> list[tuple[str, TypedObject]]:
        """Return as `table` does an object whose keys are e-mail addresses."""
        return self.table(key)

    def rest(self) -> Mapping[str, object]:
        """Return the keys that were not read, with their values."""
        return self._left or NOTHING


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not know the Z
