"""Signed links for mail: each is good for one deed on one booking with one end, and so acts once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer

from loadzone.domain.refusal import refuse
from loadzone.lib.times import iso_or_none, parse_time


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """The deed, and the booking it is about; of a hold, `booked_at` is since when its person had waited."""

    deed: str
    vm_id: str
    holder: str
    booked_at: datetime | None
    expires_at: datetime


class Links:
    """Makes and reads the tokens. `base_url` is where people reach LoadZone."""

    def __init__(self, secret_key: str, base_url: str) -> None:
        self._signer = URLSafeSerializer(secret_key, salt="loadzone-mail-link")
        self._base_url = base_url

    def url(self, target: LinkTarget) -> str:
        times = [iso_or_none(target.booked_at), iso_or_none(target.expires_at)]
        return f"{self._base_url}/link/{self._signer.dumps([target.deed, target.vm_id, target.holder, *times])}"

    def read(self, token: str) -> LinkTarget:
        """What the token stands for. Refuses with not_found where we never signed it."""
        try:
            deed, vm_id, holder, booked_at, expires_at = self._signer.loads(token)
        except BadData:
            refuse("not_found")
        return LinkTarget(deed, vm_id, holder, booked_at and parse_time(booked_at), parse_time(expires_at))
