"""One SMTP connection by `smtplib`: how it is secured, and what an answer means for the letter."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import Enum

from loadzone.config import Config
from loadzone.domain.records import Letter
from loadzone.notifications.letters import Written

TIMEOUT_SECONDS = 20


class Outcome(Enum):
    """What became of a letter."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


class CannotConnect(Exception):
    """No letter can be handed over now: the server is away, or will not talk to us as it must."""


class HungUp(Exception):
    """The connection ended while a letter was handed over; whether it was taken is unknown."""


class Connection:
    """An open connection, as a context. Raises CannotConnect.

    Port 465 is TLS from the start; elsewhere STARTTLS is used where offered, and required before a login is sent.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    def __enter__(self) -> Connection:
        try:
            self._smtp = self._connect()
        except (OSError, smtplib.SMTPException, ValueError) as error:  # a name or password that cannot be sent
            raise CannotConnect(_in_a_line(error)) from error
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()  # it hung up first; what it took, it has

    def send(self, letter: Letter, written: Written) -> tuple[Outcome, str]:
        """Hand one letter over: the outcome, and the server's words where it was not taken. Raises HungUp."""
        try:
            self._smtp.send_message(_message(self._config, letter, written), to_addrs=[letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return _judged(code, words)
        except smtplib.SMTPResponseException as error:
            return _judged(error.smtp_code, error.smtp_error)
        except smtplib.SMTPServerDisconnected as error:
            raise HungUp(_in_a_line(error)) from error
        except (smtplib.SMTPException, ValueError) as error:  # an address that cannot be written as one
            return Outcome.NEVER, _in_a_line(error)
        except OSError as error:  # smtplib's own are OSErrors too, so this one comes last
            raise HungUp(_in_a_line(error)) from error
        return Outcome.SENT, ""

    def _connect(self) -> smtplib.SMTP:
        config, context = self._config, ssl.create_default_context()
        if config.smtp_port == 465:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                config.smtp_host, config.smtp_port, context=context, timeout=TIMEOUT_SECONDS
            )
        else:
            smtp = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT_SECONDS)
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


def _message(config: Config, letter: Letter, written: Written) -> EmailMessage:
    sender = config.smtp_from or config.smtp_user or ""
    message = EmailMessage()
    message["Subject"] = written.subject
    message["From"] = sender
    message["To"] = letter.to
    message["Date"] = format_datetime(letter.created)
    message["Message-ID"] = f"<{letter.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    return message


def _judged(code: int, words: bytes | str) -> tuple[Outcome, str]:
    """A 5xx answer is for good, anything else may pass (RFC 5321, 4.2.1)."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return (Outcome.NEVER if 500 <= code < 600 else Outcome.LATER), f"{code} {' '.join(text.split())}"


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
