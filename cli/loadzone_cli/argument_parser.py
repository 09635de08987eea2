"""An argument parser that speaks the reader's language.

argparse takes its words from gettext, which reads catalogues from folders and not from inside a zip. So what argparse
has written is translated afterwards, by its public methods alone. Its English words are the texts `argparse.…` of
`texts/en.json`; what is not found there stays English.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

from loadzone_cli.exit_status import USAGE
from loadzone_cli.translation import LANGUAGE, t, texts


class Parser(argparse.ArgumentParser):
    """Keeps the line breaks of its texts. Wrong usage ends the command with `usage_status`."""

    usage_status = USAGE

    def __init__(self, **options: Any) -> None:
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(formatter_class=layout, add_help=False, allow_abbrev=False, **options)
        self.add_argument("-h", "--help", action="help", help=t("argparse.help"))

    def format_usage(self) -> str:
        return translated_headings(super().format_usage())

    def format_help(self) -> str:
        return translated_headings(super().format_help())

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(self.usage_status, f"loadzone: {translated_error(message)}\n")


def translated_headings(text: str) -> str:
    """Return a help text or a usage line with the words that argparse puts before its parts translated."""
    for key, english in texts("en").items():
        if key == "argparse.usage" or key.startswith("argparse.heading."):
            text = text.replace(english, t(key), 1)
    return text


def translated_error(message: str) -> str:
    """Return a message of argparse in the reader's language. A message may have another one inside."""
    if LANGUAGE == "en":
        return message
    for key, english in texts("en").items():
        found = re.fullmatch(pattern_of(english), message, re.DOTALL) if key.startswith("argparse.error.") else None
        if found:
            values = found.groupdict()
            if "message" in values:
                values["message"] = translated_error(values["message"])
            return t(key, **values)
    return message


def pattern_of(text: str) -> str:
    """Return a regular expression for the text with any values filled in: `{name}` becomes a group of that name."""
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text))
