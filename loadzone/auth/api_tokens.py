"""API tokens, with which programs sign in: shown once, recognised by a digest of their secret."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from loadzone.domain.command_bus import CommandBus
from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.limits import Limits
from loadzone.domain.people import Token
from loadzone.domain.refusal import refuse
from loadzone.domain.store import Store
from loadzone.lib.digests import digest
from loadzone.rules import people, tokens

log = logging.getLogger("loadzone.api_tokens")

PREFIX = "lz"  # so that people, and scanners for secrets, can tell what it is
# A token's last use is written every ten minutes, not with every request.
NOTED_EVERY = timedelta(minutes=10)


class ApiTokens:
    """Makes tokens (`lz_<id>_<secret>`) and finds their owners."""

    def __init__(self, limits: Limits, store: Store, bus: CommandBus, clock: Callable[[], datetime]) -> None:
        self._limits = limits
        self._store = store
        self._bus = bus
        self._clock = clock
        self._owners: dict[str, str] = {}
        self._learn(store.snapshot.users)
        store.subscribe(self._follow)

    def make(self, actor: str | None, name: str, days: int) -> tuple[Token, str]:
        """Return a new token's record, and the token itself, which cannot be computed from the record.

        Raises Refusal: not_signed_in, too_many_tokens, name_taken.
        """
        token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        record = self._bus.run(tokens.create, actor, token_id, name, digest(secret), days)
        return record, f"{PREFIX}_{token_id}_{secret}"

    def find(self, text: str) -> tuple[str, Token]:
        """Return the owner's address and the token's record. Raises Refusal: bad_token, token_expired."""
        prefix, _, rest = text.partition("_")
        token_id, _, secret = rest.partition("_")
        user = self._store.snapshot.users.get(self._owners.get(token_id, ""))
        token = user.tokens.get(token_id) if user else None
        if user is None or token is None or prefix != PREFIX or not _is_secret_of(token, secret):
            refuse("bad_token")
        if not people.is_allowed(self._limits, user.email):
            refuse("bad_token")
        if token.expires <= self._clock():
            refuse("token_expired", until=token.expires)
        return user.email, token

    def note_use(self, email: str, token: Token) -> None:
        """Write down that the token was used. Where that cannot be saved, the token is good all the same."""
        if token.used and abs(self._clock() - token.used) < NOTED_EVERY:  # later than now: the clock was set back
            return
        try:
            self._bus.run(tokens.use, actor=email, token_id=token.id)
        except CannotSave:
            log.warning("the use of a token could not be noted; that is tried again at its next use")

    def _follow(self, commit: Commit) -> None:
        self._learn(commit.touched.users)

    def _learn(self, emails: Iterable[str]) -> None:
        """Index owners by token id. An outdated entry does no harm: the person's own record decides."""
        for email in emails:
            user = self._store.snapshot.users.get(email)
            for token_id in user.tokens if user else ():
                self._owners[token_id] = email


def _is_secret_of(token: Token, secret: str) -> bool:
    return hmac.compare_digest(token.digest, digest(secret))
