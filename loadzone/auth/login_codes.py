"""Sign-in codes: six digits, good once, for ten minutes and five tries, in the asking browser only."""

from __future__ import annotations

import hmac
import logging
import secrets

from loadzone.domain.commit import CannotSave
from loadzone.domain.pending_codes import PendingCodes
from loadzone.domain.refusal import refuse
from loadzone.lib.digests import digest

log = logging.getLogger("loadzone.sessions")


class LoginCodes:
    """Makes codes and tries them. The asking browser keeps the ticket of its code in its cookie.

    `pending` gets neither of them: the digest of the ticket, and an HMAC by the secret key. Six digits alone could be
    restored from any digest.
    """

    def __init__(self, secret_key: str, pending: PendingCodes) -> None:
        self._key = b"sign-in code " + secret_key.encode()
        self._pending = pending

    def issue(self, email: str, ticket: str = "") -> tuple[str, str]:
        """Return a new ticket and its code. The browser's earlier `ticket` is void from now on. Raises CannotSave."""
        new, code = secrets.token_urlsafe(16), f"{secrets.randbelow(1_000_000):06}"
        self._pending.add(digest(new), self._proof(new, email, code), instead_of=digest(ticket))
        return new, code

    def redeem(self, ticket: str, email: str, code: str) -> None:
        """Use the code up.

        Raises Refusal: wrong_code; code_expired where there is none to try any more. Raises CannotSave where the code
        could not be tried.
        """
        tried = self._pending.try_once(digest(ticket), self._proof(ticket, email, "".join(code.split())))
        if tried is None:
            refuse("code_expired", field="code")
        if not tried.is_right:
            refuse("wrong_code", field="code", tries_left=tried.tries_left)

    def give_back(self, ticket: str) -> None:
        """Make a right code good again: signing in failed for another reason."""
        try:
            self._pending.give_back(digest(ticket))
        except CannotSave as error:
            log.warning("a code whose sign-in could not be saved is lost: %s", error.why)

    def _proof(self, ticket: str, email: str, code: str) -> str:
        message = "\0".join((ticket, email, code)).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, message, "sha256").hexdigest()
