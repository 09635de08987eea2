"""The one door: open a change, run a rule, write its letters with it, commit. Events go on in commit order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Letter
from storage import JsonStore


class CommandBus:
    """Runs rules. `letters_for(event, now)` makes the letters that an event asks for."""

    def __init__(
        self,
        store: JsonStore,
        clock: Callable[[], datetime],
        limits: Any,
        letters_for: Callable[[Event, datetime], Iterable[Letter]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._letters_for = letters_for

    def run(self, rule: Callable[..., Any], **asked: Any) -> Any:
        """What the rule gives, once it is on disk. Raises Refusal, and CannotSave where the disk refuses."""
        with self._store.change() as change:
            now = self._clock()
            answer = rule(change, now, self._limits, **asked)
            for event in change.events:
                for letter in self._letters_for(event, now):
                    change.letters[letter.id] = letter
        return answer
