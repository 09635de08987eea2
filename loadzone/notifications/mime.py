"""A letter as an e-mail message: its headers and its two parts."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from loadzone.config import Config
from loadzone.domain.records import Letter
from loadzone.notifications.letters import RenderedLetter


def message_of(config: Config, letter: Letter, rendered: RenderedLetter) -> EmailMessage:
    """Return the message. It is the same at each try, so that a reader's program can drop a second copy."""
    sender = config.smtp_from or config.smtp_user or ""
    message = EmailMessage()
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
