"""Lines for people on standard error. Standard output belongs to answers, and under `run` to the command."""

from __future__ import annotations

from loadzone_cli.streams import write_message
from loadzone_cli.translation import t

last_said: dict[str, str] = {}  # by topic


def say(text: str) -> None:
    """Write one line. A reader that went away, or does not read, does not end the job."""
    write_message(f"loadzone: {printable(text)}")


def say_if_new(topic: str, text: str) -> None:
    """Write the line, unless it is what was said last on this topic."""
    if last_said.get(topic) != text:
        last_said[topic] = text
        say(text)


def say_away(why: str) -> None:
    """Say that the server is away and that the job tries again; once for one reason."""
    say_if_new("server", t("run.away", text=why))


def say_back() -> None:
    """Say that the server is back, where it was said to be away."""
    if last_said.pop("server", None):
        say(t("run.back"))


def printable(text: str) -> str:
    """Return the text without characters that could move the cursor or colour the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
