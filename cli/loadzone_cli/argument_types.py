"""The types of arguments: each reads one from the command line, or raises ArgumentTypeError."""

from __future__ import annotations

import argparse
import re

from loadzone_cli.translation import t

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # seconds


def positive_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(t("bad.number", text=text))
    return number


def positive_integer(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(t("bad.number", text=text))
    return int(text)


def duration(text: str) -> float:
    """Return the seconds of `90s`, `30m`, `1.5h` or `1d`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if not found:
        raise argparse.ArgumentTypeError(t("bad.duration", text=text))
    return float(found[1]) * UNITS[found[2]]
