"""The post: one worker that hands the letters of the durable outbox over to the SMTP server, at least once each."""

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
from loadzone.i18n import best_of
from loadzone.notifications.letters import Writer, code_letter
from loadzone.notifications.smtp import CannotConnect, Connection, HungUp, Outcome
from loadzone.rules import outbox
from storage import CannotSave, Commit, JsonStore

log = logging.getLogger("loadzone.mailer")

KEPT_FOR = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
# Few enough that a crash sends few twice, many enough that the file is not written once a letter.
PER_CONNECTION = 20


@dataclass(slots=True)
class RetrySchedule:
    """When each letter that was not taken is to be tried next; the pauses grow from 2 seconds to 5 minutes."""

    tries: dict[str, int] = field(default_factory=dict)
    next_at: dict[str, datetime] = field(default_factory=dict)

    def is_due(self, letter: Letter, now: datetime) -> bool:
        return not self._left(self.next_at.get(letter.id, now), now)

    def grow(self, letter: Letter, now: datetime) -> None:
        tries = self.tries[letter.id] = self.tries.get(letter.id, 0) + 1
        self.next_at[letter.id] = now + min(FIRST_PAUSE * 2 ** min(tries - 1, 16), LONGEST_PAUSE)

    def end_all(self) -> None:
        """The server is back: nothing has to wait any longer."""
        self.next_at.clear()

    def forget(self, letter_id: str) -> None:
        self.tries.pop(letter_id, None)
        self.next_at.pop(letter_id, None)

    def seconds_left(self, now: datetime) -> float | None:
        """Until the next letter is due; None where none waits."""
        left = [self._left(moment, now) for moment in self.next_at.values()]
        return min(left).total_seconds() if left else None

    def _left(self, moment: datetime, now: datetime) -> timedelta:
        """None of a pause longer than any: the clock was set back since."""
        left = moment - now
        return left if timedelta(0) < left <= LONGEST_PAUSE else timedelta(0)


class Mailer:
    """`start` begins the worker; `deliver` makes one round. Codes are letters too, but never leave memory."""

    def __init__(
        self, config: Config, store: JsonStore, bus: CommandBus, writer: Writer, clock: Callable[[], datetime]
    ) -> None:
        self._config = config
        self._store = store
        self._bus = bus
        self._writer = writer
        self._clock = clock
        self._codes: dict[str, Letter] = {}
        self._done: set[str] = set()  # handed over or given up, and still in the file
        self._pauses = RetrySchedule()
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
        """Take no more letters up; those that are finished leave the outbox."""
        self._stopping = True
        self._news.set()
        self._clear_done()

    def post_code(self, email: str, code: str, language: str) -> None:
        letter = code_letter(email, code, language, self._clock())
        self._codes[letter.id] = letter
        self._news.set()

    def deliver(self) -> bool:
        """Try what is due, over one connection. True: there was something to do, so there may be more."""
        self._give_up_old()
        due = self._due()
        if not due:
            return self._clear_done()
        try:
            with Connection(self._config) as connection:
                self._say_it_is_back()
                self._hand_over_all(connection, due[:PER_CONNECTION])
        except CannotConnect as error:
            self._say_it_is_away(error)
            for letter in self._due():
                self._pauses.grow(letter, self._clock())
        self._clear_done()
        return True

    def _work(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                busy = self.deliver()
            except Exception:  # the post must not stop for one letter's sake
                log.exception("a round of the post failed")
                busy = False
            if not busy:
                self._news.wait(self._idle_seconds())

    def _idle_seconds(self) -> float:
        left = self._pauses.seconds_left(self._clock())
        return min(LONGEST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds() if left is None else max(left, 0.05))

    def _follow(self, commit: Commit) -> None:
        if commit.touched["letters"]:
            self._news.set()

    def _waiting(self) -> list[Letter]:
        """Codes first: somebody sits and waits for them."""
        stored = self._store.snapshot.letters.values()
        return [*self._codes.values(), *(letter for letter in stored if letter.id not in self._done)]

    def _due(self) -> list[Letter]:
        now = self._clock()
        return [letter for letter in self._waiting() if self._pauses.is_due(letter, now)]

    def _hand_over_all(self, connection: Connection, letters: list[Letter]) -> None:
        """One after the other; a letter at which the server hangs up waits, and the others get a new connection."""
        for letter in letters:
            if self._stopping:
                break
            try:
                outcome, words = self._hand_over(connection, letter)
            except HungUp as error:
                self._note(letter, Outcome.LATER, str(error))
                break
            self._note(letter, outcome, words)

    def _hand_over(self, connection: Connection, letter: Letter) -> tuple[Outcome, str]:
        try:
            written = self._writer.write(letter, self._language_of(letter))
        except Exception as error:  # a file edited by hand may ask for what cannot be written; others must not wait
            return Outcome.NEVER, repr(error)
        return connection.send(letter, written)

    def _note(self, letter: Letter, outcome: Outcome, words: str) -> None:
        if outcome is Outcome.LATER:
            log.warning("letter %s (%s) to %s is to be tried again: %s", letter.id, letter.kind, letter.to, words)
            self._pauses.grow(letter, self._clock())
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
        self._pauses.forget(letter.id)
        if self._codes.pop(letter.id, None) is None:
            self._done.add(letter.id)

    def _clear_done(self) -> bool:
        """Take what is finished out of the file. Where that fails, it is not sent again for it, and tried later."""
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
        own = [user.language, user.seen_language] if user else []
        return best_of([letter.about.get("language"), *own]) or self._config.language

    def _say_it_is_away(self, error: CannotConnect) -> None:
        level = logging.DEBUG if self._away else logging.ERROR
        log.log(level, "the SMTP server cannot be used; letters wait: %s", error)
        self._away = True

    def _say_it_is_back(self) -> None:
        if self._away:
            log.info("the SMTP server is back")
            self._away = False
            self._pauses.end_all()
