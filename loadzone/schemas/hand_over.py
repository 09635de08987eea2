"""The body of `POST /hand-over`."""

from __future__ import annotations

from typing import Any, ClassVar

from loadzone.schemas.field_types import Email
from loadzone.schemas.requests import OneBooking


class HandOver(OneBooking):
    """Bookings, and who is to have them."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"vm_id": "server-01", "email": "bob@example.com"}

    email: Email
    force: bool = False
