"""The settings that the rules ask for."""

from __future__ import annotations

from typing import Protocol


class Limits(Protocol):
    """Hours and minutes are numbers, fractions allowed. `config.Config` is one."""

    @property
    def auth(self) -> str:
        """The way of signing in: `code`, or `trust` where the address alone is enough."""
        ...

    @property
    def admins(self) -> tuple[str, ...]:
        """Addresses of the admins that the settings name."""
        ...

    @property
    def allowed_domains(self) -> tuple[str, ...]:
        """Domains whose addresses may sign in; empty: all of them."""
        ...

    @property
    def max_hours(self) -> float:
        """Hours that one booking or renewal may ask for."""
        ...

    @property
    def max_ahead_hours(self) -> float:
        """Hours from now at which a booking may end at the latest."""
        ...

    @property
    def max_machines(self) -> int:
        """Machines that one person may have booked or held at any time."""
        ...

    @property
    def remind_minutes(self) -> tuple[float, ...]:
        """Minutes before the end at which a holder is reminded."""
        ...

    @property
    def hold_minutes(self) -> float:
        """Minutes for which a free machine is held for the first in the queue."""
        ...
