"""Sign-in codes in texts."""

import re


def shows(text: str, code: str) -> bool:
    """Return True if the text shows the code: not digits of a digest or a time that are the same by chance."""
    return bool(re.search(rf"(?<![\w.]){code}(?!\w)", text))


def wrong(code: str) -> str:
    """Return another code. A constant could be the right one by chance."""
    return f"{(int(code) + 1) % 1_000_000:06}"
