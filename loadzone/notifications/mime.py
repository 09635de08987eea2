"""A letter as an e-mail message: its headers and its two parts."""

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr

from loadzone.config import Config
from loadzone.domain.people import Letter
from loadzone.notifications.letters import RenderedLetter

LINE_AT_MOST = 998  # octets of a line, without its end (RFC 5322, 2.1.1)
ONE_LINE = SMTP.clone(max_line_length=LINE_AT_MOST)


class ReadableHeaders(EmailPolicy):
    """Writes each header in ASCII in one line, and encoded words only where something has to be encoded.

    EmailPolicy folds at 78 characters. It makes encoded words of a long address, which mail programs do not read there,
    begins a long subject with an empty line, and loses blanks of a long one in Russian.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the lines of the header."""
        if value.isascii() and len(f"{name}: {value}") <= LINE_AT_MOST:
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
    message["To"] = letter.to
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
