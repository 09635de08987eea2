"""The sender of a request, as far as its headers tell before the body is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody signed in, and how many bytes their body may have."""

    email: str
    body_at_most: int
