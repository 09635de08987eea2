"""Hearing: the silence of a job counts only while it could have been heard."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from loadzone.domain.records import Booking, Waiter


class Hearing(Protocol):
    """Knows when jobs could be heard. `now` is the time by which rules go."""

    @property
    def outlasts_process(self) -> bool:
        """True if what was noted in another process is good here. Else jobs get their whole time anew at a start."""
        ...

    def look(self) -> None:
        """Notice whether anybody can be heard; to be called every second."""
        ...

    def heard_at(self, now: datetime) -> datetime:
        """Return what to note of a job that is heard now."""
        ...

    def unheard(self, noted: datetime, now: datetime) -> timedelta:
        """Return for how long nobody could be heard since what was noted of a job."""
        ...


def when_silent(job: Booking | Waiter, hearing: Hearing, now: datetime) -> datetime | None:
    """Return when the job that keeps a booking or a place alive has been silent for too long; None: no job does."""
    if not job.heartbeat_minutes or not job.heard_at:
        return None
    return job.heard_at + timedelta(minutes=job.heartbeat_minutes) + hearing.unheard(job.heard_at, now)


class AlwaysHearing:
    """The Hearing of rules that run once, such as in a command."""

    outlasts_process = True

    def look(self) -> None:
        """Do nothing."""

    def heard_at(self, now: datetime) -> datetime:
        """Return the time itself."""
        return now

    def unheard(self, noted: datetime, now: datetime) -> timedelta:
        """Return no time."""
        return timedelta(0)
