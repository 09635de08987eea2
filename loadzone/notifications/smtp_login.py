"""Logging in to an SMTP server, with names and passwords in any script (smtplib's own login takes ASCII alone)."""

from __future__ import annotations

import base64
import hmac
import smtplib
from collections.abc import Callable, Mapping, Sequence

# Answers to the challenges of the server, one after the other.
Answers = Sequence[Callable[[bytes], bytes]]


def log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Log in by the first mechanism that works; names and passwords are sent as UTF-8 (RFC 4616, 2).

    PLAIN comes first: the connection is encrypted, and servers that keep digests of passwords know no CRAM-MD5.
    Raises SMTPException.
    """
    smtp.ehlo_or_helo_if_needed()
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    code, words = 504, b"none of the ways to log in that the server offers is known"
    for mechanism, answers in _mechanisms(user.encode(), password.encode()).items():
        if mechanism in offered:
            code, words = _try(smtp, mechanism, answers)
            if code in (235, 503):  # 503: is logged in already
                return
    raise smtplib.SMTPAuthenticationError(code, words)


def _mechanisms(user: bytes, password: bytes) -> Mapping[str, Answers]:
    return {
        "PLAIN": [lambda _: b"\0" + user + b"\0" + password],
        "LOGIN": [lambda _: user, lambda _: password],
        "CRAM-MD5": [lambda challenge: user + b" " + hmac.new(password, challenge, "md5").hexdigest().encode()],
    }


def _try(smtp: smtplib.SMTP, mechanism: str, answers: Answers) -> tuple[int, bytes]:
    """Return the last code and words of the server. The answer of PLAIN goes with the command (RFC 4954, 4)."""
    if mechanism == "PLAIN":
        return smtp.docmd("AUTH", f"PLAIN {_encoded(answers[0](b''))}")
    code, words = smtp.docmd("AUTH", mechanism)
    for answer in answers:
        if code != 334:
            break
        code, words = smtp.docmd(_encoded(answer(base64.b64decode(words))))
    return code, words


def _encoded(answer: bytes) -> str:
    return base64.b64encode(answer).decode()
