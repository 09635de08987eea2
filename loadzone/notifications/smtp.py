"""One SMTP connection: how it is secured, how long it waits, and what an answer means for the letter."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from enum import Enum, auto

from loadzone.config import Config
from loadzone.domain.people import Letter
from loadzone.notifications.letters import RenderedLetter
from loadzone.notifications.mime import message_of
from loadzone.notifications.smtp_login import log_in

# Enhanced status codes (RFC 3463) about this one letter, for which trying again is of no use: a bad address, a
# content that cannot be taken, a letter that is too big.
FINAL_STATUS = re.compile(r"5\.(?:1\.\d{1,3}|6\.\d{1,3}|3\.4)\b")
OF_SENDER = re.compile(r"5\.1\.[78]\b")  # a bad address too, but the sender's: SMTP_FROM

NUMBERS = re.compile(r"\[[^]]*\] | \(_ssl\.c:\d+\)")  # around the words of an error: "[Errno 111] ", " (_ssl.c:1006)"


class Outcome(Enum):
    """The outcome of handing a letter over, or of not doing so."""

    SENT = auto()
    NEVER = auto()  # refused for good
    BUSY = auto()  # its mailbox cannot take it now
    REFUSED = auto()  # not taken now, for a reason that may be the server's: its quota, its disk, its filter
    LOST = auto()  # not taken: the connection ended before the letter was sent whole
    OUTDATED = auto()  # not sent: nothing of it is so any more
    UNSURE = auto()  # the connection ended before the server said whether it took the letter


class ServerAway(Exception):
    """No letter can be handed over now: the server cannot be reached, or takes letters from nobody, or not from us."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for each part of an exchange: at least those of RFC 5321, 4.5.3.2.

    It says nothing of the connection itself and of QUIT, after which nothing depends on the answer.
    """

    connection: float = 30
    greeting: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    verdict: float = 600
    quit: float = 10


RFC_5321 = Patience()


class SmtpConnection:
    """An open connection, as a context manager. Raises ServerAway.

    TLS is as SMTP_TLS says: from the start, or by STARTTLS. A login is never sent without it.
    """

    def __init__(self, config: Config, patience: Patience) -> None:
        self._config = config
        self._patience = patience

    def __enter__(self) -> SmtpConnection:
        try:
            self._smtp = self._connect()
        except smtplib.SMTPServerDisconnected as error:
            raise ServerAway(self._at_place("no connection to", error)) from error
        except (smtplib.SMTPException, ValueError) as error:  # ValueError: a name that cannot be sent
            raise ServerAway(_in_a_line(error)) from error
        except OSError as error:  # last, since smtplib's errors are OSErrors too
            raise ServerAway(self._at_place("no connection to", error)) from error
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()  # the server closed it first; letters that it took are taken

    @property
    def is_open(self) -> bool:
        """True until one of both sides has ended it."""
        return self._smtp.sock is not None

    def send(self, letter: Letter, rendered: RenderedLetter) -> tuple[Outcome, str]:
        """Hand one letter over; return the outcome, and the words of the server where it was not taken.

        Raises ServerAway.
        """
        try:
            self._smtp.send_message(message_of(self._config, letter, rendered), to_addrs=[letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            return self._refused_recipient(*next(iter(error.recipients.values())))
        except smtplib.SMTPResponseException as error:
            return self._refused(error)
        except smtplib.SMTPServerDisconnected as error:
            return self._lost(), self._at_place("lost the connection to", error)
        except (smtplib.SMTPException, MessageError, ValueError) as error:  # it cannot be written as a message
            return Outcome.NEVER, _in_a_line(error)
        except OSError as error:  # last, since smtplib's errors are OSErrors too
            return self._lost(), self._at_place("lost the connection to", error)
        return Outcome.SENT, ""

    def _at_place(self, what: str, error: Exception) -> str:
        """Return what happened, with name and port of the server, and why."""
        host, words = self._config.smtp_host or "", _in_a_line(error)
        place = f"[{host}]" if ":" in host else host
        reason = words[:1].lower() + words[1:] if words[1:2].islower() else words
        return f"{what} {place}:{self._config.smtp_port} ({reason})"

    def _refused_recipient(self, code: int, words: bytes | str) -> tuple[Outcome, str]:
        outcome = Outcome.NEVER if 500 <= code < 600 else Outcome.BUSY
        return (outcome if self.is_open else Outcome.LOST), _answer(code, words)

    def _refused(self, error: smtplib.SMTPResponseException) -> tuple[Outcome, str]:
        """Return what an answer to anything but the recipient means. Raises ServerAway."""
        answer, is_about_letter = _answer(error.smtp_code, error.smtp_error), isinstance(error, smtplib.SMTPDataError)
        status = answer.partition(" ")[2]
        if answer.startswith("5") and FINAL_STATUS.match(status) and (is_about_letter or not OF_SENDER.match(status)):
            return Outcome.NEVER, answer
        if not is_about_letter:
            raise ServerAway(answer) from error
        self._end_transaction()
        return (Outcome.REFUSED if self.is_open else Outcome.LOST), answer

    def _end_transaction(self) -> None:
        """Make the connection ready for the next letter. smtplib does so itself, but not where DATA is refused."""
        try:
            self._smtp.rset()
        except smtplib.SMTPServerDisconnected:
            pass

    def _lost(self) -> Outcome:
        return Outcome.UNSURE if self._smtp.may_be_taken else Outcome.LOST

    def _connect(self) -> PatientSmtp:
        config = self._config
        if config.smtp_tls == "tls" or (config.smtp_tls == "auto" and config.smtp_port == 465):
            smtp: PatientSmtp = PatientTlsSmtp(config, self._patience, context=_tls_context(config))
        else:
            smtp = PatientSmtp(config, self._patience)
        try:
            if config.smtp_tls != "none" and not isinstance(smtp, PatientTlsSmtp):
                self._secure(smtp)
            if config.smtp_user:
                log_in(smtp, config.smtp_user, config.smtp_pass or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _secure(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=_tls_context(self._config))
        elif self._config.smtp_tls == "starttls":
            raise smtplib.SMTPException("STARTTLS is not offered, and SMTP_TLS asks for it")
        elif self._config.smtp_user:
            raise smtplib.SMTPException("STARTTLS is not offered, and a login is not sent in the clear")


class PatientSmtp(smtplib.SMTP):
    """Waits for each answer as long as `patience` says.

    `may_be_taken`: a letter was sent whole, and no answer has come since.
    """

    def __init__(self, config: Config, patience: Patience, **tls: ssl.SSLContext) -> None:
        self.may_be_taken = False
        self._patience = patience
        self._wait = patience.greeting
        self._sends_letter = False
        host, port, timeout = config.smtp_host or "", config.smtp_port, patience.connection
        super().__init__(host, port, config.helo, timeout=timeout, **tls)  # type: ignore[arg-type]  # those of SMTP_SSL

    def ehlo(self, name: str = "") -> tuple[int, bytes]:
        """Greet the server. Raises SMTPHeloError where it hangs up, so that its words are not lost to a second try."""
        code, words = super().ehlo(name)
        if code == 421:
            raise smtplib.SMTPHeloError(code, words)
        return code, words

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send a command."""
        self._wait = {"data": self._patience.data, "quit": self._patience.quit}.get(cmd, self._patience.command)
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and the words of the answer. Raises SMTPServerDisconnected where none comes in time."""
        self.may_be_taken, self._sends_letter = self._sends_letter, False
        self._set_timeout(self._patience.verdict if self.may_be_taken else self._wait)
        code, words = super().getreply()
        self.may_be_taken, self._sends_letter = False, code == 354  # "Start mail input": only DATA is answered so
        self._set_timeout(self._patience.block)
        return code, words

    def _set_timeout(self, seconds: float) -> None:
        if self.sock:
            self.sock.settimeout(seconds)


class PatientTlsSmtp(PatientSmtp, smtplib.SMTP_SSL):
    """The same with TLS from the start. It takes the argument `context`."""


def _tls_context(config: Config) -> ssl.SSLContext:
    """Return the context by which certificates are checked: with SMTP_CA, by the certificates in that file alone."""
    context = ssl.create_default_context(cafile=config.smtp_ca)
    if config.smtp_ca:  # the operator vouches for it: it need not be an authority, nor follow each rule for one
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"


def _in_a_line(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return NUMBERS.sub("", " ".join(str(error).split())) or type(error).__name__
