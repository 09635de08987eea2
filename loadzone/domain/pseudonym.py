"""The name that stands for a person who was removed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from loadzone.domain.history_line import HistoryLine

_DIGITS = 8  # of sixteen values: of a thousand people two have the same name once in ten thousand installations
_LEAST = 2  # letters of a name that is looked for in texts; a single one would be an article
_NAMES = ("id", "vm_id", "group", "name")  # under these keys are names of machines and groups, which stay
_JOINTS = re.compile(r"[._+-]+")


def pseudonym_of(secret_key: str, email: str) -> str:
    """Return the name that stands for this person: always the same, and only the secret key leads from one to it."""
    digest = hmac.new(secret_key.encode(), b"pseudonym:" + email.encode(), hashlib.sha256).hexdigest()
    return f"person-{digest[:_DIGITS]}"


@dataclass(frozen=True)
class Pseudonym:
    """Puts `name` in the place of an address, and of the person's name, in texts.

    The person's name is what stands before the @, as a word of its own; "kim.lee" is "Kim Lee", too. Names of machines
    that have it in them, such as "kim-laptop", stay. Where a text is a machine's or group's name it stays in any case.
    """

    email: str
    name: str

    def of(self, email: str) -> str:
        """Return the address, or the pseudonym if it is that person's."""
        return self.name if email == self.email else email

    def in_text(self, text: str) -> str:
        """Return the text with the pseudonym in it."""
        return self._spellings.sub(self.name, text) if text else text

    def in_value(self, value: object) -> object:
        """Return what JSON can hold, with the pseudonym in all of its texts that are no names."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, Mapping):
            return self._in_mapping(value)
        return [self.in_value(one) for one in value] if isinstance(value, (list, tuple)) else value

    def in_line(self, line: HistoryLine) -> HistoryLine:
        """Return the line of the history with the pseudonym in it."""
        return replace(
            line,
            actor=line.actor and self.of(line.actor),
            email=line.email and self.of(line.email),
            via=self.in_text(line.via),
            reason=self.in_text(line.reason),
            changed=self._in_mapping(line.changed),
        )

    def _in_mapping(self, values: Mapping[str, object]) -> dict[str, object]:
        return {key: value if key in _NAMES else self.in_value(value) for key, value in values.items()}

    @cached_property
    def first_word(self) -> str:
        """The first word of the person's name: a text without it does not name the person."""
        return self._words[0]

    @cached_property
    def _words(self) -> list[str]:
        local = self.email.partition("@")[0]
        return [word for word in _JOINTS.split(local) if word] or [local]

    @cached_property
    def _spellings(self) -> re.Pattern[str]:
        spellings = [rf"(?<![\w.+-]){re.escape(self.email)}(?![\w-]|\.\w)"]
        name = r"[\s._+-]+".join(map(re.escape, self._words))
        if len(name) >= _LEAST:
            spellings.append(rf"(?<![\w@.+-]){name}(?![\w@+-]|\.\w)")
        return re.compile("|".join(spellings), re.IGNORECASE)
