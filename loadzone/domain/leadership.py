"""Leading: of all processes that share the state, one does what must be done once, such as timers and mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Leadership(Protocol):
    """Tells whether this process leads."""

    @property
    def leads(self) -> bool:
        """True if this process leads. An earlier leader may for some seconds not know yet that it does no more."""
        ...

    @property
    def leads_alone(self) -> bool:
        """True if this process leads, and no other one can take itself for the leader."""
        ...

    def when_begun(self, call: Callable[[], None]) -> None:
        """Call this each time that this process begins to lead. It must be quick."""
        ...

    def share(self, word: Callable[[], str]) -> None:
        """Let the other processes know this word while this one leads. It is asked for every second."""
        ...

    @property
    def shared(self) -> str:
        """The word of the leader, as far as this process knows."""
        ...


class SoleProcess:
    """The Leadership of a process that shares its state with nobody."""

    leads = True
    leads_alone = True
    shared = ""

    def when_begun(self, call: Callable[[], None]) -> None:
        """Do nothing: it leads from the beginning."""

    def share(self, word: Callable[[], str]) -> None:
        """Do nothing: there is nobody."""
