"""A letter as an e-mail message: its headers and its two parts."""

from __future__ import annotations

import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr

from loadzone.config import Config
from loadzone.domain.people import Letter
from loadzone.notifications.letters import RenderedLetter

LINE_AT_MOST = 998  # octets of a line, without its end (RFC 5322, 2.1.1)
ONE_LINE = SMTP.clone(max_line_length=LINE_AT_MOST)
LITERAL = ("Subject", "To")  # headers whose values are not read as source text: names in them may look like anything
ENCODED_WORD = "=?"  # the beginning of one (RFC 2047)
DOT_ATOM = re.compile(r"[^.]+(?:\.[^.]+)*")


class ReadableHeaders(EmailPolicy):
    """Writes each header in ASCII in one line, and encoded words only where something has to be encoded.

    EmailPolicy folds at 78 characters. It makes encoded words of a long address, which mail programs do not read there,
    begins a long subject with an empty line, and loses blanks of a long one in Russian. It also decodes what looks like
    an encoded word in the name of a machine or in an address; a line end in that would begin another header.
    """

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        """Return the header to keep. Raises ValueError for a line end in the value."""
        if name not in LITERAL:
            return super().header_store_parse(name, value)
        if len(value.splitlines()) > 1:
            raise ValueError(f"{name} has a line end")
        return name, value

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the lines of the header."""
        is_plain = value.isascii() and not (name == "Subject" and ENCODED_WORD in value)
        if is_plain and len(f"{name}: {value}") <= LINE_AT_MOST:
            return ONE_LINE.fold_binary(name, value)
        if name == "Subject":
            encoded = Header(value, "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


def message_of(config: Config, letter: Letter, rendered: RenderedLetter) -> EmailMessage:
    """Return the message. It is the same at each try, so that a reader's program can drop a second copy."""
    sender = config.smtp_from or config.smtp_user or ""
    message = EmailMessage(policy=ReadableHeaders(linesep="\r\n"))
    message["Subject"] = rendered.subject
    message["From"] = sender
    message["To"] = _address(letter.to)
    message["Date"] = format_datetime(letter.created)
    message["Message-ID"] = f"<{letter.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    # No answers by machines: the first is RFC 3834, the second is what Exchange looks at.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if rendered.unsubscribe:
        message["List-Unsubscribe"] = f"<{rendered.unsubscribe}>"
        if rendered.unsubscribe.startswith("https:"):  # RFC 8058, 3.1: one click is for https alone
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    message["Content-Language"] = rendered.language  # last: set_content and add_alternative remove Content-… headers
    return message


def _address(email: str) -> str:
    """Return the address as a header has it. In quotes nothing is read as an encoded word (RFC 2047, 5)."""
    name, _, domain = email.rpartition("@")
    is_plain = DOT_ATOM.fullmatch(name) and ENCODED_WORD not in name
    return email if is_plain or not name or '"' in name else f'"{name}"@{domain}'
