"""One object of the data file: typed access by key, and an error that names the place where the type is another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from loadzone.domain.records import MOST, NOTHING
from loadzone.lib.times import parse_time

# Times beyond these mean "ever" or "never"; within them, reminders and time zones can be reckoned.
EARLIEST = datetime(1970, 1, 1, tzinfo=timezone.utc)
LATEST = datetime(9999, 12, 1, tzinfo=timezone.utc)


class BadFile(Exception):
    """The file is not JSON, or not of our shape; the message says what is wrong and where."""


def stop(problem: str) -> None:
    """What is wrong ends the reading."""
    raise BadFile(problem)


class Fields:
    """One object of the file: typed access by key. Where the type is another, `report` is told what and where; if that
    returns, so as to hear of more, the field counts as empty."""

    def __init__(self, value: Any, place: str, report: Callable[[str], None] = stop) -> None:
        self._broken = not isinstance(value, Mapping)
        self._value = {} if self._broken else value
        self._place = place
        self._report = report
        self._asked: set[str] = set()
        if self._broken:
            report(f"{place}: an object is expected here")

    def text(self, key: str) -> str | None:
        return self._typed(key, str, "a text")

    def number(self, key: str, most: int = MOST) -> int | None:
        number = self._typed(key, int, "a whole number")
        if number is not None and not 0 <= number <= most:
            return self._report(f"{self._at(key)}: a whole number from 0 to {most} is expected here")
        return number

    def amount(self, key: str, most: float = MOST) -> float | None:
        number = self._typed(key, (int, float), "a number")
        if number is not None and not 0 < number <= most:
            return self._report(f"{self._at(key)}: a number above 0 and at most {most} is expected here")
        return None if number is None else float(number)

    def flag(self, key: str) -> bool:
        self._asked.add(key)
        value = self._value.get(key)
        if value not in (None, True, False):
            self._report(f"{self._at(key)}: true or false is expected here")
        return bool(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        return self._typed(key, dict, "an object") or NOTHING

    def texts(self, key: str) -> tuple[str, ...]:
        texts = self._typed(key, list, "a list") or []
        if not all(isinstance(text, str) for text in texts):
            self._report(f"{self._at(key)}: a list of texts is expected here")
            return ()
        return tuple(texts)

    def time(self, key: str) -> Any:
        text = self.text(key)
        try:
            return min(max(parse_time(text), EARLIEST), LATEST) if text else None
        except ValueError:
            return self._report(f"{self._at(key)}: {text!r} is not a time")

    def times(self, key: str) -> Mapping[str, Any]:
        inner = Fields(self.mapping(key), self._at(key), self._report)
        return {name: inner.required(name, inner.time) for name in inner._value} or NOTHING

    def required(self, key: str, read: Callable[[str], Any]) -> Any:
        value = read(key)
        if self._value.get(key) in (None, "") and not self._broken:
            self._report(f"{self._at(key)}: is missing")
        return value

    def items(self, key: str) -> list[Any]:
        return self._typed(key, list, "a list") or []

    def inner(self, key: str, item: Any) -> Fields:
        return Fields(item, f"{self._at(key)}[{self._value[key].index(item)}]", self._report)

    def records(self, key: str) -> list[Fields]:
        return [Fields(item, f"{self._at(key)}[{number}]", self._report) for number, item in enumerate(self.items(key))]

    def table(self, key: str) -> list[tuple[str, Fields]]:
        items = self.mapping(key).items()
        return [(name, Fields(item, f"{self._at(key)}[{name!r}]", self._report)) for name, item in items]

    def rest(self) -> Mapping[str, Any]:
        """The keys that were not asked for."""
        return {key: value for key, value in self._value.items() if key not in self._asked} or NOTHING

    def _typed(self, key: str, kind: type | tuple[type, ...], name: str) -> Any:
        self._asked.add(key)
        value = self._value.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            return self._report(f"{self._at(key)}: {name} is expected here")
        return value

    def _at(self, key: str) -> str:
        return key if self._place == "the file" else f"{self._place}.{key}"
