"""The mailer: one worker that delivers the letters of the outbox to the SMTP server, each at least once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loadzone.auth.login_codes import GOOD_FOR
from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import Letter
from loadzone.domain.unit_of_work import CannotSave, Commit, Store
from loadzone.i18n import best_of
from loadzone.notifications.letters import LetterWriter, code_letter
from loadzone.notifications.smtp import CannotConnect, ConnectionLost, Outcome, SmtpConnection
from loadzone.rules import outbox

log = logging.getLogger("loadzone.mailer")

KEPT_FOR = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
# Letters. Few, so that a crash sends few of them twice; several, so that the file is not written for each.
PER_CONNECTION = 20


@dataclass(slots=True)
class RetrySchedule:
    """When to try each undelivered letter next. The pauses grow from 2 seconds to 5 minutes."""

    tries: dict[str, int] = field(default_factory=dict)
    next_at: dict[str, datetime] = field(default_factory=dict)

    def is_due(self, letter: Letter, now: datetime) -> bool:
        return not self._left(self.next_at.get(letter.id, now), now)

    def grow(self, letter: Letter, now: datetime) -> None:
        tries = self.tries[letter.id] = self.tries.get(letter.id, 0) + 1
        self.next_at[letter.id] = now + min(FIRST_PAUSE * 2 ** min(tries - 1, 16), LONGEST_PAUSE)

    def end_all(self) -> None:
        """End all pauses: the server is back."""
        self.next_at.clear()

    def forget(self, letter_id: str) -> None:
        self.tries.pop(letter_id, None)
        self.next_at.pop(letter_id, None)

    def seconds_left(self, now: datetime) -> float | None:
        """Return the seconds until the next letter is due; None if none waits."""
        left = [self._left(moment, now) for moment in self.next_at.values()]
        return min(left).total_seconds() if left else None

    def _left(self, moment: datetime, now: datetime) -> timedelta:
        """Return what is left of a pause; none, where more is left than any pause has: the clock was set back."""
        left = moment - now
        return left if timedelta(0) < left <= LONGEST_PAUSE else timedelta(0)


class Mailer:
    """`start` begins the worker; `deliver` makes one round. Sign-in codes are letters too, but are kept in memory."""

    def __init__(
        self, config: Config, store: Store, bus: CommandBus, writer: LetterWriter, clock: Callable[[], datetime]
    ) -> None:
        self._config = config
        self._store = store
        self._bus = bus
        self._writer = writer
        self._clock = clock
        self._codes: dict[str, Letter] = {}
        self._done: set[str] = set()  # delivered or given up, and still in the file
        self._retries = RetrySchedule()
        self._away = False
        self._news = threading.Event()
        self._stopping = False
        self._worker = threading.Thread(target=self._work, name="mailer", daemon=True)
        store.subscribe(self._follow)

    def start(self) -> None:
        if self._config.mails:
            self._news.set()
            self._worker.start()

    def stop(self) -> None:
        """Begin no more letters, and remove the finished ones from the outbox."""
        self._stopping = True
        self._news.set()
        self._clear_done()

    def post_code(self, email: str, code: str, language: str) -> None:
        letter = code_letter(email, code, language, self._clock())
        self._codes[letter.id] = letter
        self._news.set()

    def deliver(self) -> bool:
        """Deliver what is due over one connection. Tell whether there was anything, so that there may be more."""
        self._give_up_old()
        due = self._due()
        if not due:
            return self._clear_done()
        try:
            with SmtpConnection(self._config) as connection:
                self._log_it_is_back()
                self._hand_over_all(connection, due[:PER_CONNECTION])
        except CannotConnect as error:
            self._log_it_is_away(error)
            for letter in self._due():
                self._retries.grow(letter, self._clock())
        self._clear_done()
        return True

    def _work(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                busy = self.deliver()
            except Exception:  # one letter must not stop the worker
                log.exception("a round of the mailer failed")
                busy = False
            if not busy:
                self._news.wait(self._idle_seconds())

    def _idle_seconds(self) -> float:
        left = self._retries.seconds_left(self._clock())
        return min(LONGEST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds() if left is None else max(left, 0.05))

    def _follow(self, commit: Commit) -> None:
        if commit.touched.letters:
            self._news.set()

    def _waiting(self) -> list[Letter]:
        """Return the letters in the outbox, sign-in codes first: somebody sits and waits for them."""
        stored = self._store.snapshot.letters.values()
        return [*self._codes.values(), *(letter for letter in stored if letter.id not in self._done)]

    def _due(self) -> list[Letter]:
        now = self._clock()
        return [letter for letter in self._waiting() if self._retries.is_due(letter, now)]

    def _hand_over_all(self, connection: SmtpConnection, letters: list[Letter]) -> None:
        """Deliver letters one by one. If the connection breaks, that letter waits and the others get a new one."""
        for letter in letters:
            if self._stopping:
                break
            try:
                outcome, words = self._hand_over(connection, letter)
            except ConnectionLost as error:
                self._note(letter, Outcome.LATER, str(error))
                break
            self._note(letter, outcome, words)

    def _hand_over(self, connection: SmtpConnection, letter: Letter) -> tuple[Outcome, str]:
        try:
            rendered = self._writer.write(letter, self._language_of(letter))
        except Exception as error:  # a file edited by hand may hold a letter that cannot be written
            return Outcome.NEVER, repr(error)
        return connection.send(letter, rendered)

    def _note(self, letter: Letter, outcome: Outcome, words: str) -> None:
        if outcome is Outcome.LATER:
            log.warning("letter %s (%s) to %s is to be tried again: %s", letter.id, letter.kind, letter.to, words)
            self._retries.grow(letter, self._clock())
        elif outcome is Outcome.NEVER:
            log.error("letter %s (%s) to %s was refused for good: %s", letter.id, letter.kind, letter.to, words)
            self._finish(letter)
        else:
            log.info("letter %s (%s) sent to %s", letter.id, letter.kind, letter.to)
            self._finish(letter)

    def _give_up_old(self) -> None:
        now = self._clock()
        for letter in self._waiting():
            if now - letter.created > (GOOD_FOR if letter.id in self._codes else KEPT_FOR):
                log.error("letter %s (%s) to %s was given up: too old", letter.id, letter.kind, letter.to)
                self._finish(letter)

    def _finish(self, letter: Letter) -> None:
        self._retries.forget(letter.id)
        if self._codes.pop(letter.id, None) is None:
            self._done.add(letter.id)

    def _clear_done(self) -> bool:
        """Remove finished letters from the outbox. If that fails, it is tried later; they are not sent again."""
        if self._done:
            try:
                self._bus.run(outbox.clear, letter_ids=tuple(self._done))
            except CannotSave:
                log.warning("%d finished letters stay in the outbox until the file can be written", len(self._done))
            else:
                self._done.clear()
        return False

    def _language_of(self, letter: Letter) -> str:
        user = self._store.snapshot.users.get(letter.to)
        asked_in = letter.about.get("language")  # of a sign-in code
        wishes = [str(asked_in)] if asked_in else []
        own = [user.language, user.seen_language] if user else []
        return best_of([*wishes, *own]) or self._config.language

    def _log_it_is_away(self, error: CannotConnect) -> None:
        level = logging.DEBUG if self._away else logging.ERROR
        log.log(level, "the SMTP server cannot be used; letters wait: %s", error)
        self._away = True

    def _log_it_is_back(self) -> None:
        if self._away:
            log.info("the SMTP server is back")
            self._away = False
            self._retries.end_all()
