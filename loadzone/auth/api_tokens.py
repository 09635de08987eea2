"""What programs sign in with: tokens that are shown once, found again by a hash of their secret."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import Token
from loadzone.domain.refusal import refuse
from loadzone.lib.digests import digest
from loadzone.rules import tokens
from storage import CannotSave, Commit, JsonStore

log = logging.getLogger("loadzone.bearer")

PREFIX = "lz"  # so that scanners for secrets, and people, can tell what it is
# A token's last use is written every ten minutes, not once a request.
NOTED_EVERY = timedelta(minutes=10)


class ApiTokens:
    """Makes tokens (`lz_<id>_<secret>`) and tells whose they are."""

    def __init__(self, store: JsonStore, bus: CommandBus, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._owners: dict[str, str] = {}
        self._learn(store.snapshot.users)
        store.subscribe(self._follow)

    def make(self, actor: str | None, name: str, days: int) -> tuple[Token, str]:
        """The record, and the token itself, which nobody can learn from the record."""
        token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        record = self._bus.run(
            tokens.create, actor=actor, token_id=token_id, name=name, digest=digest(secret), days=days
        )
        return record, f"{PREFIX}_{token_id}_{secret}"

    def who(self, text: str) -> tuple[str, Token]:
        """The address of whose token it is, and its record. Refuses with bad_token, token_expired."""
        prefix, _, rest = text.partition("_")
        token_id, _, secret = rest.partition("_")
        user = self._store.snapshot.users.get(self._owners.get(token_id, ""))
        token = user.tokens.get(token_id) if user else None
        if prefix != PREFIX or token is None or not hmac.compare_digest(token.digest, digest(secret)):
            refuse("bad_token")
        if token.expires <= self._clock():
            refuse("token_expired", until=token.expires)
        return user.email, token

    def note_use(self, email: str, token: Token) -> None:
        """Write down that it was used, now and then; a file that cannot be written keeps nobody out."""
        if token.used and self._clock() - token.used < NOTED_EVERY:
            return
        try:
            self._bus.run(tokens.use, actor=email, token_id=token.id)
        except CannotSave:
            log.warning("the use of a token could not be noted; it will be at its next use")

    def _follow(self, commit: Commit) -> None:
        self._learn(commit.touched["users"])

    def _learn(self, emails: Iterable[str]) -> None:
        """An owner that is out of date does no harm: the person's own record decides."""
        for email in emails:
            user = self._store.snapshot.users.get(email)
            for token_id in user.tokens if user else ():
                self._owners[token_id] = email
