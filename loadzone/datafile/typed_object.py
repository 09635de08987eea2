"""One object of the data file, read by key and type; an error names the place where the type is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import TypeVar

from loadzone.domain.records import MOST
from loadzone.domain.unknown_keys import NOTHING
from loadzone.lib.email_addresses import known_email
from loadzone.lib.times import parse_time

T = TypeVar("T")

# Times beyond these mean "always" or "never". They are clamped, so that reminders and time zones can be computed.
EARLIEST = datetime(1970, 1, 1, tzinfo=timezone.utc)
LATEST = datetime(9999, 12, 1, tzinfo=timezone.utc)


class BadFile(Exception):
    """The file is not JSON, or does not have the expected shape; the message says what is wrong and where."""


def stop(problem: str) -> None:
    """Stop reading at the first problem. Raises BadFile."""
    raise BadFile(problem)


class TypedObject:
    """One object of the file. If a value has the wrong type, `report` is called with a sentence that says where.

    If `report` returns, because it collects all problems, the value counts as absent.
    """

    def __init__(self, value: object, place: str, report: Callable[[str], None] = stop) -> None:
        self._is_object = isinstance(value, Mapping)
        self._value: Mapping[str, object] = value if isinstance(value, Mapping) else {}
        self._place = place
        self._report = report
        self._keys_read: set[str] = set()
        if not self._is_object:
            report(f"{place}: an object is expected here")

    def text(self, key: str) -> str | None:
        """Return a string."""
        return self._typed(key, str, "a text")

    def number(self, key: str, most: int = MOST) -> int | None:
        """Return a whole number from 0 to `most`."""
        number = self._typed(key, int, "a whole number")
        if number is None or 0 <= number <= most:
            return number
        self._report(f"{self._at(key)}: a whole number from 0 to {most} is expected here")
        return None

    def amount(self, key: str, most: float = MOST) -> float | None:
        """Return a number above 0 and at most `most`."""
        number: float | None = self._typed(key, (int, float), "a number")
        if number is None:
            return None
        if 0 < number <= most:
            return float(number)
        self._report(f"{self._at(key)}: a number above 0 and at most {most} is expected here")
        return None

    def address(self, key: str) -> str | None:
        """Return an e-mail address in the form in which they are compared; an empty one is absent."""
        return _address(self.text(key))

    def flag(self, key: str) -> bool:
        """Return a boolean; an absent one is false."""
        self._keys_read.add(key)
        value = self._value.get(key)
        if value not in (None, True, False):
            self._report(f"{self._at(key)}: true or false is expected here")
        return bool(value)

    def mapping(self, key: str) -> Mapping[str, object]:
        """Return an object as it is; an absent one is empty."""
        return self._typed(key, dict, "an object") or NOTHING

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; an absent one is empty."""
        texts = self.items(key)
        strings = tuple(text for text in texts if isinstance(text, str))
        if len(strings) < len(texts):
            self._report(f"{self._at(key)}: a list of texts is expected here")
            return ()
        return strings

    def time(self, key: str) -> datetime | None:
        """Return an instant, clamped to EARLIEST and LATEST."""
        text = self.text(key)
        try:
            return min(max(parse_time(text), EARLIEST), LATEST) if text else None
        except ValueError:
            self._report(f"{self._at(key)}: {text!r} is not a time")
            return None

    def times(self, key: str) -> Mapping[str, datetime]:
        """Return an object whose values are all times; an absent one is empty."""
        inner = TypedObject(self.mapping(key), self._at(key), self._report)
        return {name: inner.required(name, inner.time, EARLIEST) for name in inner._value}

    def required(self, key: str, read: Callable[[str], T | None], otherwise: T) -> T:
        """Return what `read(key)` returns. If the value is absent or empty, report that and return `otherwise`."""
        value = read(key)
        if self._is_object and self._value.get(key) in (None, ""):
            self._report(f"{self._at(key)}: is missing")
        return otherwise if value is None else value

    def items(self, key: str) -> list[object]:
        """Return a list as it is; an absent one is empty."""
        return self._typed(key, list, "a list") or []

    def member(self, key: str) -> TypedObject | None:
        """Return an object; None: it is absent."""
        self._keys_read.add(key)
        value = self._value.get(key)
        return None if value is None else TypedObject(value, self._at(key), self._report)

    def inner(self, key: str, item: object, number: int) -> TypedObject:
        """Return the object `item`, which is number `number` in the list `key`."""
        return TypedObject(item, f"{self._at(key)}[{number}]", self._report)

    def records(self, key: str) -> list[TypedObject]:
        """Return a list of objects."""
        return [self.inner(key, item, number) for number, item in enumerate(self.items(key))]

    def table(self, key: str) -> list[tuple[str, TypedObject]]:
        """Return an object whose values are objects, as pairs."""
        items = self.mapping(key).items()
        return [(name, TypedObject(item, f"{self._at(key)}[{name!r}]", self._report)) for name, item in items]

    def by_address(self, key: str) -> list[tuple[str, TypedObject]]:
        """Return as `table` does an object whose keys are e-mail addresses."""
        return [(_address(name) or "", item) for name, item in self.table(key)]

    def rest(self) -> Mapping[str, object]:
        """Return the keys that were not read, with their values."""
        return {key: value for key, value in self._value.items() if key not in self._keys_read} or NOTHING

    def _typed(self, key: str, kind: type[T] | tuple[type[T], ...], name: str) -> T | None:
        self._keys_read.add(key)
        value = self._value.get(key)
        if value is None:
            return None
        if isinstance(value, kind) and not isinstance(value, bool):
            return value
        self._report(f"{self._at(key)}: {name} is expected here")
        return None

    def _at(self, key: str) -> str:
        return key if self._place == "the file" else f"{self._place}.{key}"


def _address(text: str | None) -> str | None:
    return known_email(text) or None if text else None
