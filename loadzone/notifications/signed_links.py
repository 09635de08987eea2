"""The signed links in letters: each stands for one action on certain bookings or holds, and so acts on each once."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from loadzone.domain.links import MARK_LENGTH, LinkTarget, mark_of
from loadzone.domain.refusal import refuse
from loadzone.lib.times import parse_time


class SignedLinks:
    """Makes and reads links. `base_url` is where people reach LoadZone."""

    def __init__(self, secret_key: str, base_url: str) -> None:
        self._signer = URLSafeSerializer(secret_key, salt="loadzone-mail-link")
        self._unsubscriber = URLSafeSerializer(secret_key, salt="loadzone-unsubscribe")
        self._base_url = base_url

    def url(self, target: LinkTarget) -> str:
        """Return the address of the page behind the link."""
        marks = "".join(sorted(target.marks))
        return f"{self._base_url}/link/{_signed(self._signer, [target.action, target.holder, marks])}"

    def unsubscribe_url(self, email: str, kind: str) -> str:
        """Return the address at which the person stops letters of this kind. It has no end."""
        return f"{self._base_url}/unsubscribe/{_signed(self._unsubscriber, [email, kind])}"

    def read_unsubscribe(self, token: str) -> tuple[str, str]:
        """Return the person and the kind of letters. Raises Refusal: not_found for a link that we never signed."""
        try:
            email, kind = self._unsubscriber.loads(token)
        except BadData:
            refuse("not_found")
        return email, kind

    def read(self, token: str) -> LinkTarget:
        """Return what the link stands for. Raises Refusal: not_found for one that we never signed."""
        try:
            content = self._signer.loads(token)
        except BadData:
            refuse("not_found")
        if len(content) == 5:  # before version 1.2: the booking itself
            action, vm_id, holder, since, until = content
            mark = mark_of(vm_id, parse_time(since) if since else None, parse_time(until))
            return LinkTarget(action, holder, frozenset([mark]))
        action, holder, marks = content
        return LinkTarget(action, holder, frozenset(_cut(marks)))


def _cut(marks: str) -> list[str]:
    return [marks[start : start + MARK_LENGTH] for start in range(0, len(marks), MARK_LENGTH)]


def _signed(signer: URLSafeSerializer, content: list[str]) -> str:
    signed = signer.dumps(content)
    return signed if isinstance(signed, str) else signed.decode()
