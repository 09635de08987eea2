"""Domain names in other scripts (IDN) in the one form that DNS, mail servers and browsers use."""

from __future__ import annotations

import re
import unicodedata

from loadzone.lib.unicode_text import folded

LABEL_MAX = 63  # RFC 1035, 2.3.4
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490, 3.1
# IDNA2008 tells these apart, and folding would replace them: ß, final sigma, and the joiners, which are refused below.
_KEPT = frozenset("ßẞς\u200c\u200d")


def ascii_domain(domain: str) -> str:
    """Return the domain in lower case, with labels in other scripts as `xn--…`. Raises ValueError.

    Maps as browsers do (UTS 46, not transitional, https://www.unicode.org/reports/tr46/), so that ß stays ß. Stricter
    than IDNA2008 (RFC 5892): a label in another script may have letters, marks, digits and hyphens only.
    """
    labels = [_ascii_label(label) for label in _DOTS.split(domain)]
    if not all(labels[:-1]) or not labels[0] or any(len(label) > LABEL_MAX for label in labels):
        raise ValueError("a part between dots is empty or too long")
    return ".".join(labels)


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    # UTS 46 maps each character by itself, before the text is composed.
    text = unicodedata.normalize("NFC", "".join(c.lower() if c in _KEPT else folded(c) for c in label))
    if text.isascii():
        return text
    categories = [unicodedata.category(character) for character in text]
    is_word = all(c[0] in "LM" or c == "Nd" or character == "-" for c, character in zip(categories, text, strict=True))
    if not is_word or categories[0][0] == "M" or text.startswith("-") or text.endswith("-") or text[2:4] == "--":
        raise ValueError("a part between dots is not a word")
    return "xn--" + text.encode("punycode").decode()
