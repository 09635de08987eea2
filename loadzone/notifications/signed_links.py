"""The signed links in letters: each stands for one action on one booking or hold, and so acts once."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from loadzone.domain.records import LinkTarget
from loadzone.domain.refusal import refuse
from loadzone.lib.times import iso, iso_or_none, parse_time


class SignedLinks:
    """Makes and reads links. `base_url` is where people reach LoadZone."""

    def __init__(self, secret_key: str, base_url: str) -> None:
        self._signer = URLSafeSerializer(secret_key, salt="loadzone-mail-link")
        self._base_url = base_url

    def url(self, target: LinkTarget) -> str:
        """Return the address of the page behind the link."""
        times = [iso_or_none(target.since), iso(target.until)]
        return f"{self._base_url}/link/{self._sign([target.action, target.vm_id, target.holder, *times])}"

    def read(self, token: str) -> LinkTarget:
        """Return what the link stands for. Raises Refusal: not_found for one that we never signed."""
        try:
            action, vm_id, holder, since, until = self._signer.loads(token)
        except BadData:
            refuse("not_found")
        return LinkTarget(action, vm_id, holder, parse_time(since) if since else None, parse_time(until))

    def _sign(self, content: list[str | None]) -> str:
        signed = self._signer.dumps(content)
        return signed if isinstance(signed, str) else signed.decode()
