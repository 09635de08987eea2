"""The commands' words to the operator: lines, warnings, questions, and the error that ends them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NoReturn

import click


def confirm(yes: bool, question: str) -> None:
    """Ask the operator, unless `yes`. Any other answer than yes ends the command."""
    if not yes and not click.confirm(question, err=True):
        exit_with_error("nothing was changed")


def print_line(sentence: str, err: bool = False) -> None:
    """Print one line. Characters that could control the terminal are escaped: the sentence may quote a file."""
    click.echo("".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence), err=err)


def print_lines(sentences: Iterable[str]) -> None:
    """Print one line for each sentence."""
    for sentence in sentences:
        print_line(sentence)


def warn(sentence: str) -> None:
    """Print a warning to standard error."""
    print_line(f"warning: {sentence}", err=True)


def exit_with_error(sentence: str) -> NoReturn:
    """Print the error and end the command with status 1."""
    print_line(f"Error: {sentence}", err=True)
    sys.exit(1)
