"""The mailer: delivers the letters of the outbox to the SMTP server, each at least once, and the sign-in codes.

Of several processes that share the outbox, the leader delivers it. Each sends the codes that it was asked for itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.commit import Commit
from loadzone.domain.leadership import Leadership, SoleProcess
from loadzone.domain.mail_trouble import MailTrouble
from loadzone.domain.pending_codes import GOOD_FOR
from loadzone.domain.people import Letter
from loadzone.domain.store import Store
from loadzone.lib.times import steady_seconds
from loadzone.notifications.delivery_health import PATIENCE_WITH_MAILBOXES, DeliveryHealth
from loadzone.notifications.delivery_log import log_left_out, log_unwanted
from loadzone.notifications.finished_letters import FinishedLetters
from loadzone.notifications.letters import LetterWriter, Reader, code_letter, reader_of
from loadzone.notifications.retry_schedule import FIRST_PAUSE, LONGEST_PAUSE, RetrySchedule
from loadzone.notifications.smtp import RFC_5321, Outcome, Patience, ServerAway, SmtpConnection
from loadzone.rules import outbox, people
from loadzone.rules.still_so import still_so

log = logging.getLogger("loadzone.mailer")

KEPT_FOR = timedelta(days=1)
PER_CONNECTION = 20  # letters
LOOK_WHETHER_ALONE = 0.3  # seconds, while an earlier leader may still be sending
LAST_LETTER = 2.0  # seconds at the end for letters on their way
Wait = Callable[[], float | None]  # returns the seconds until the next letter is due; None: none waits


class Mailer:
    """`start` begins its two workers; `deliver` and `deliver_codes` make one round of each.

    Sign-in codes are letters too, but are kept in memory. They have a worker and a connection of their own, since
    somebody sits and waits for them; the other worker sends them between any two letters, for servers that allow one
    connection only.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        bus: CommandBus,
        writer: LetterWriter,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = steady_seconds,
        patience: Patience = RFC_5321,
        leadership: Leadership | None = None,
        clear_every: float = 0,
    ) -> None:
        self._config, self._store, self._clock = config, store, clock
        self._writer, self._patience = writer, patience
        self._codes: dict[str, Letter] = {}  # those that nobody is sending now
        self._code_ids: set[str] = set()
        self._finished = FinishedLetters(bus, timer, clear_every)
        self._retries, self._code_retries = RetrySchedule(timer), RetrySchedule(timer)
        self._health = DeliveryHealth(clock, timer)
        self._news, self._code_news = threading.Event(), threading.Event()
        self._stopping = False
        self._workers: list[threading.Thread] = []
        self._leadership = leadership or SoleProcess()
        self._leadership.when_begun(self._begin_to_lead)
        store.subscribe(self._follow)

    @property
    def trouble(self) -> MailTrouble | None:
        """Why letters wait that this process is to send; None while all is well."""
        return self._health.trouble if self._leadership.leads or self._code_ids else None

    def start(self) -> None:
        if self._config.mails:
            self._begin("mailer", self.deliver, self._news, self._seconds_left)
            self._begin("mailer of codes", self.deliver_codes, self._code_news, self._code_retries.seconds_left)

    def stop(self) -> None:
        """Begin no more letters, and remove the finished ones from the outbox."""
        self._stopping = True
        self._news.set()
        self._code_news.set()
        for worker in self._workers:  # a letter that is taken now, and not noted, would be sent twice
            worker.join(LAST_LETTER / len(self._workers))
        self._finished.clear()

    def post_code(self, email: str, code: str, language: str) -> None:
        letter = code_letter(email, code, language, self._clock())
        self._code_ids.add(letter.id)
        self._codes[letter.id] = letter
        self._code_news.set()

    def deliver(self) -> bool:
        """Deliver what is due over one connection. Tell whether there was anything, so that there may be more."""
        due = list(islice(self._due(), PER_CONNECTION)) if self._leadership.leads_alone else []
        if due:
            self._deliver_over_connection(self._with_codes_between(due))
        self._finished.clear()
        return bool(due)

    def deliver_codes(self) -> bool:
        """Deliver the sign-in codes that are due. Tell whether there were any."""
        first = self._take_code()
        if first:
            self._deliver_over_connection(self._codes_from(first))
        return first is not None

    def _begin(self, name: str, work: Callable[[], bool], news: threading.Event, seconds_left: Wait) -> None:
        news.set()
        self._workers.append(
            threading.Thread(target=self._work, name=name, args=(work, news, seconds_left), daemon=True)
        )
        self._workers[-1].start()

    def _work(self, deliver: Callable[[], bool], news: threading.Event, seconds_left: Wait) -> None:
        while not self._stopping:
            news.clear()
            try:
                if deliver():
                    continue
                left = seconds_left()
            except Exception:  # one letter must not stop the worker
                log.exception("a round of the mailer failed")
                left = FIRST_PAUSE
            news.wait(LONGEST_PAUSE if left is None else min(max(left, 0.05), LONGEST_PAUSE))

    def _follow(self, commit: Commit) -> None:
        if commit.touched.letters and self._leadership.leads:
            self._news.set()

    def _begin_to_lead(self) -> None:
        self._retries.forget_others({letter.id for letter in self._outbox()})  # another one has sent those meanwhile
        self._news.set()

    def _due(self) -> Iterator[Letter]:
        """Yield the letters of the outbox whose wait and pause are over; give up those that are too old."""
        for letter in self._outbox():
            if not outbox.sent_from(letter, self._clock()) and self._is_due(letter, self._retries, KEPT_FOR):
                yield letter

    def _outbox(self) -> Iterator[Letter]:
        return (letter for letter in self._store.snapshot.letters.values() if letter.id not in self._finished)

    def _seconds_left(self) -> float | None:
        lefts = [self._finished.seconds_left()]
        if self._leadership.leads_alone:
            lefts += [self._retries.seconds_left(), outbox.seconds_left(self._outbox(), self._clock())]
        elif self._leadership.leads:
            lefts += [LOOK_WHETHER_ALONE]
        return min((left for left in lefts if left is not None), default=None)

    def _is_due(self, letter: Letter, retries: RetrySchedule, kept_for: timedelta) -> bool:
        if self._clock() - letter.created > kept_for:
            log.error("letter %s (%s) to %s was given up: too old", letter.id, letter.kind, letter.to)
            self._finish(letter)
            return False
        return retries.is_due(letter.id)

    def _take_code(self) -> Letter | None:
        """Take a code that is due, so that no other worker does. `_put_back` returns it."""
        for code in list(self._codes.values()):
            if self._is_due(code, self._code_retries, GOOD_FOR) and (taken := self._codes.pop(code.id, None)):
                return taken
        return None

    def _put_back(self, letter: Letter) -> None:
        if self._is_code(letter):
            self._codes[letter.id] = letter

    def _with_codes_between(self, letters: Iterable[Letter]) -> Iterator[Letter]:
        for letter in letters:
            while code := self._take_code():
                yield code
            yield letter

    def _codes_from(self, code: Letter | None) -> Iterator[Letter]:
        while code:
            yield code
            code = self._take_code()

    def _deliver_over_connection(self, letters: Iterator[Letter]) -> None:
        """Deliver letters one by one. If the connection breaks, that letter waits and the others get a new one."""
        letter = next(letters)
        try:
            with SmtpConnection(self._config, self._patience) as connection:
                while not self._stopping:
                    self._hand_over(connection, letter)
                    following = next(letters, None) if connection.is_open else None
                    if following is None:
                        break
                    letter = following
        except ServerAway as error:
            self._health.failed(str(error))
            self._pause_all(letter)

    def _pause_all(self, letter: Letter) -> None:
        """Begin a pause of this letter, and of all that are due with it."""
        self._put_back(letter)
        retries = self._retries_of(letter)
        codes = [code for code in self._codes.values() if retries.is_due(code.id)]
        for other in codes if self._is_code(letter) else list(self._due()):
            retries.pause(other.id, for_server=True)

    def _hand_over(self, connection: SmtpConnection, letter: Letter) -> None:
        """Hand a letter over and note the outcome. Raises ServerAway."""
        if self._is_not_ours(letter):
            self._retries.forget(letter.id)
            return
        if self._is_unwanted(letter):
            log_unwanted(letter)
            self._finish(letter)
            return
        state = self._store.snapshot
        letter = state.letters.get(letter.id, letter)  # since it was taken, its machine may have got another name
        try:
            current = still_so(letter, state, self._clock())
            rendered = self._writer.write(current, self._reader_of(current)) if current else None
        except Exception as error:  # a file edited by hand may hold a letter that cannot be written
            self._note(letter, Outcome.NEVER, repr(error))
        else:
            outcome, words = connection.send(letter, rendered) if rendered else (Outcome.OUTDATED, "")
            self._note(letter, outcome, words)
            if outcome in (Outcome.SENT, Outcome.OUTDATED):
                log_left_out(letter, current)
        self._finished.clear(now_and_then=True)

    def _note(self, letter: Letter, outcome: Outcome, words: str) -> None:
        facts = (letter.id, letter.kind, letter.to)
        if outcome is Outcome.SENT:
            log.info("letter %s (%s) sent to %s", *facts)
            self._finish(letter)
            self._note_success()
        elif outcome is Outcome.OUTDATED:
            self._finish(letter)
        elif outcome is Outcome.NEVER:
            log.error("letter %s (%s) to %s was refused for good: %s", *facts, words)
            self._finish(letter)
        elif outcome is Outcome.UNSURE:
            self._log_trouble(letter, "nobody knows whether letter %s (%s) to %s was taken: %s", words)
            self._pause_unsure(letter)
            self._health.failed(words)
        else:
            self._log_trouble(letter, "letter %s (%s) to %s is to be tried again: %s", words)
            self._retries_of(letter).pause(letter.id)
            self._put_back(letter)
            self._health.failed(words, PATIENCE_WITH_MAILBOXES if outcome is Outcome.BUSY else 0)

    def _log_trouble(self, letter: Letter, line: str, words: str) -> None:
        """Log what happened to a letter: once, and not while all of them wait."""
        is_news = self._retries_of(letter).is_new(letter.id) and not self._health.trouble
        log.log(logging.WARNING if is_news else logging.DEBUG, line, letter.id, letter.kind, letter.to, words)

    def _note_success(self) -> None:
        if self._health.succeeded():
            self._retries.end_pauses()
            self._code_retries.end_pauses()
            self._news.set()
            self._code_news.set()

    def _pause_unsure(self, letter: Letter) -> None:
        """Let the letter wait for long. A code would not be good any more by then."""
        if self._is_code(letter):
            self._finish(letter)
        else:
            self._retries.pause_unsure(letter.id)

    def _finish(self, letter: Letter) -> None:
        self._retries_of(letter).forget(letter.id)
        if self._is_code(letter):
            self._codes.pop(letter.id, None)
            self._code_ids.discard(letter.id)
        else:
            self._finished.add(letter.id)

    def _retries_of(self, letter: Letter) -> RetrySchedule:
        return self._code_retries if self._is_code(letter) else self._retries

    def _is_not_ours(self, letter: Letter) -> bool:
        """Tell whether it was taken back or sent since it was due, or another process may be sending it."""
        is_gone = letter.id not in self._store.snapshot.letters
        return not self._is_code(letter) and (is_gone or not self._leadership.leads_alone)

    def _is_unwanted(self, letter: Letter) -> bool:
        """Tell whether its reader wants no such letters, or may not sign in, so that no news of LoadZone go there."""
        user = self._store.snapshot.users.get(letter.to)
        is_stopped = user is not None and letter.kind in user.no_letters and not self._is_code(letter)
        return is_stopped or not people.is_allowed(self._config, letter.to)

    def _reader_of(self, letter: Letter) -> Reader:
        return reader_of(letter, self._store.snapshot.users.get(letter.to), self._config.language)

    def _is_code(self, letter: Letter) -> bool:
        return letter.id in self._code_ids
