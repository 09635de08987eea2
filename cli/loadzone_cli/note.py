"""The note of a booking: what somebody gives as one, made into what the server takes."""

from __future__ import annotations

import re
import unicodedata

from loadzone_cli.messages import say
from loadzone_cli.translation import t

LONGEST = 200  # characters, as the server counts them
# Line ends and controls, marks of reading direction, invisible characters: the server refuses them. So do halves of
# characters, which come from arguments that are not UTF-8.
REFUSED = re.compile(
    r"[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]+"
)
JOINER = "\u200d"
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def note_of(text: str) -> str:
    """Return the text as one line that is not too long. Warns where that is not what was given."""
    line = " ".join(REFUSED.sub(" ", text).split())
    if line != text.strip():
        say(t("note.one_line"))
    if len(line) > LONGEST:
        say(t("note.cut", n=LONGEST))
        line = cut(line, LONGEST - 1) + "…"
    return line


def cut(text: str, length: int) -> str:
    """Return the beginning of the text, of at most this length. No character is cut off from what belongs to it."""
    while length and (belongs_to_previous(text[length]) or text[length - 1] == JOINER):
        length -= 1
    return text[:length]


def belongs_to_previous(character: str) -> bool:
    """Return whether it is a combining mark, a joiner, a chooser of variants, or a colour of skin."""
    return unicodedata.category(character)[0] == "M" or character in JOINER + SKIN_TONES
