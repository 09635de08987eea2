"""One SMTP connection with `smtplib`: how it is secured, and what an answer means for the letter."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import Enum

from loadzone.config import Config
from loadzone.domain.records import Letter
from loadzone.notifications.letters import RenderedLetter

TIMEOUT_SECONDS = 20


class Outcome(Enum):
    """The outcome of handing a letter over."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


class CannotConnect(Exception):
    """No letter can be handed over now: the server cannot be reached, or the connection cannot be secured."""


class ConnectionLost(Exception):
    """The connection ended while a letter was handed over; whether it was taken is unknown."""


class SmtpConnection:
    """An open connection, as a context manager. Raises CannotConnect.

    Port 465 is TLS from the start. On any other port STARTTLS is used if it is offered, and required before a login.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    def __enter__(self) -> SmtpConnection:
        try:
            self._smtp = self._connect()
        except (
            OSError,
            smtplib.SMTPException,
            ValueError,
        ) as error:  # ValueError: a name or password that cannot be sent
            raise CannotConnect(_in_a_line(error)) from error
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()  # the server closed it first; letters that it took are taken

    def send(self, letter: Letter, rendered: RenderedLetter) -> tuple[Outcome, str]:
        """Hand one letter over; return the outcome, and the server's words where it was not taken.

        Raises ConnectionLost.
        """
        try:
            self._smtp.send_message(_message(self._config, letter, rendered), to_addrs=[letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return _outcome_of(code, words)
        except smtplib.SMTPResponseException as error:
            return _outcome_of(error.smtp_code, error.smtp_error)
        except smtplib.SMTPServerDisconnected as error:
            raise ConnectionLost(_in_a_line(error)) from error
        except (smtplib.SMTPException, ValueError) as error:  # ValueError: an address that cannot be encoded
            return Outcome.NEVER, _in_a_line(error)
        except OSError as error:  # last, since smtplib's errors are OSErrors too
            raise ConnectionLost(_in_a_line(error)) from error
        return Outcome.SENT, ""

    def _connect(self) -> smtplib.SMTP:
        config, context = self._config, ssl.create_default_context()
        if config.smtp_port == 465:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                config.smtp_host or "", config.smtp_port, context=context, timeout=TIMEOUT_SECONDS
            )
        else:
            smtp = smtplib.SMTP(config.smtp_host or "", config.smtp_port, timeout=TIMEOUT_SECONDS)
        try:
            if config.smtp_port != 465:
                self._secure(smtp, context)
            if config.smtp_user:
                smtp.login(config.smtp_user, config.smtp_pass or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _secure(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        elif self._config.smtp_user:
            raise smtplib.SMTPException("STARTTLS is not offered, and a login is not sent in the clear")


def _message(config: Config, letter: Letter, rendered: RenderedLetter) -> EmailMessage:
    sender = config.smtp_from or config.smtp_user or ""
    message = EmailMessage()
    message["Subject"] = rendered.subject
    message["From"] = sender
    message["To"] = letter.to
    message["Date"] = format_datetime(letter.created)
    message["Message-ID"] = f"<{letter.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    return message


def _outcome_of(code: int, words: bytes | str) -> tuple[Outcome, str]:
    """Take a 5xx answer as final, and any other as temporary (RFC 5321, 4.2.1)."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return (Outcome.NEVER if 500 <= code < 600 else Outcome.LATER), f"{code} {' '.join(text.split())}"


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
