"""The commands of `loadzone` with their arguments and options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol

from loadzone_cli import __version__, commands, queue_commands, report_commands
from loadzone_cli.argument_parser import Parser
from loadzone_cli.argument_types import duration, hours, minutes, moment, past_moment, positive_integer
from loadzone_cli.exit_status import NOT_RUN
from loadzone_cli.note import note_of
from loadzone_cli.run_command import run
from loadzone_cli.translation import t


class Subparsers(Protocol):
    """The object that `add_subparsers` returns, whose class argparse keeps private."""

    def add_parser(self, name: str, *, help: str, description: str) -> Parser:
        """Add the parser of a command and return it."""
        ...


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """Return what the command line asks for; its `handler` does it. Ends the program on wrong usage."""
    command: list[str] = []
    if argv[:1] == ["run"] and "--" in argv:
        cut = argv.index("--")
        argv, command = argv[:cut], argv[cut + 1 :]
    parser = main_parser()
    if argv[:1] == ["run"]:  # what `run` does not know is the main parser's to refuse
        parser.usage_status = NOT_RUN
    args = parser.parse_args(with_notes_joined(argv))
    args.command = command
    return args


def with_notes_joined(argv: list[str]) -> list[str]:
    """Return the arguments with `--note X` as `--note=X`: a note may begin with a dash."""
    joined: list[str] = []
    for argument in argv:
        if joined[-1:] == ["--note"]:
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def main_parser() -> Parser:
    parser = Parser(prog="loadzone", description=t("help.description"), epilog=t("help.epilog"))
    parser.add_argument("--version", action="version", version=f"loadzone {__version__}", help=t("option.version"))
    subparsers = parser.add_subparsers(metavar=t("help.command"), required=True)
    add_login(subparsers)
    add_list(subparsers)
    add_book(subparsers)
    add_renew(subparsers)
    add_change_of_note(subparsers)
    add_hand_over(subparsers)
    add_release(subparsers)
    add_queue(subparsers)
    add_history(subparsers)
    add_usage(subparsers)
    add_run(subparsers)
    return parser


def add_login(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "login", commands.login)
    parser.add_argument("--url", help=t("option.url"))
    parser.add_argument("--token-stdin", action="store_true", help=t("option.token_stdin"))


def add_list(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "list", commands.list_machines)
    parser.add_argument("--free", action="store_true", help=t("option.free"))
    parser.add_argument("--group", metavar="G", help=t("option.in_group"))
    add_json(parser)


def add_book(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "book", commands.book)
    add_target(parser, "vm", nargs="?")
    add_selection(parser)
    add_end(parser)
    add_note(parser)
    parser.add_argument("--for", metavar="EMAIL", dest="email", help=t("option.for"))
    add_json(parser)


def add_renew(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "renew", commands.renew)
    parser.add_argument("vm", metavar="VM", help=t("option.vm"))
    add_end(parser)


def add_change_of_note(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "note", commands.note)
    parser.add_argument("vm", metavar="VM", help=t("option.vm"))
    parser.add_argument("text", metavar="TEXT", type=note_of, help=t("option.note"))


def add_hand_over(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "hand-over", commands.hand_over)
    parser.add_argument("vm", metavar="VM", help=t("option.vm"))
    parser.add_argument("email", metavar="EMAIL", help=t("option.receiver"))


def add_release(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "release", commands.release)
    parser.add_argument("vms", metavar="VM", nargs="+", help=t("option.vm"))


def add_queue(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "queue", queue_commands.queue)
    inner = parser.add_subparsers(metavar=t("help.command"))
    join = add_command(inner, "queue.join", queue_commands.queue_join)
    add_target(join, "vm", nargs="?")
    add_count(join)
    add_hours(join)
    join.add_argument("--auto", action="store_true", help=t("option.auto"))
    add_target(add_command(inner, "queue.leave", queue_commands.queue_leave), "vm", nargs="?")


def add_history(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "history", report_commands.history)
    parser.add_argument("--vm", metavar="VM", help=t("option.history_vm"))
    parser.add_argument("--group", metavar="G", help=t("option.history_group"))
    parser.add_argument("--person", metavar="EMAIL", help=t("option.history_person"))
    parser.add_argument("--action", metavar="A", help=t("option.action"))
    parser.add_argument("--since", type=past_moment, metavar="T", help=t("option.since"))
    parser.add_argument("--until", type=past_moment, metavar="T", help=t("option.before"))
    parser.add_argument("--text", metavar="TEXT", help=t("option.text"))
    parser.add_argument("--limit", type=positive_integer, default=50, metavar="N", help=t("option.limit"))
    parser.add_argument("--cursor", metavar="C", help=t("option.cursor"))
    add_json_answer(parser)


def add_usage(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "usage", report_commands.usage)
    parser.add_argument("--days", type=positive_integer, default=30, metavar="N", help=t("option.days"))
    parser.add_argument("--group", metavar="G", help=t("option.in_group"))
    add_json_answer(parser)


def add_run(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, "run", run)
    parser.usage = "loadzone run (--vm VM | --group G [--count N] [--tag T]...) --hours H [--wait 30m] -- COMMAND..."
    parser.epilog, parser.usage_status = t("help.run.epilog"), NOT_RUN
    add_target(parser, "--vm")
    add_selection(parser)
    add_hours(parser)
    parser.add_argument("--wait", type=duration, metavar="30m", help=t("option.wait"))
    add_note(parser)
    parser.add_argument("--heartbeat", type=minutes, default=10, metavar="MINUTES", help=t("option.heartbeat"))


def add_command(subparsers: Subparsers, key: str, handler: Callable[[argparse.Namespace], int]) -> Parser:
    """Add the command of this key (`login`, or `queue.join` below `queue`) and return its parser."""
    about = t(f"command.{key}")
    parser = subparsers.add_parser(key.rpartition(".")[2], help=about, description=about)
    # Where `queue` has it, the parser of `queue join` must not set it back.
    parser.add_argument("--ca", metavar="FILE", default=argparse.SUPPRESS, help=t("option.ca"))
    parser.set_defaults(handler=handler)
    return parser


def add_target(parser: Parser, name: str, nargs: str | None = None) -> None:
    """Add the choice between a machine, as an argument or option of this name, and a group."""
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument(name, nargs=nargs, metavar="VM", help=t("option.vm"))
    target.add_argument("--group", metavar="G", help=t("option.group"))


def add_selection(parser: Parser) -> None:
    """Add how many machines of a group, and with which tags."""
    add_count(parser)
    parser.add_argument("--tag", action="append", default=[], metavar="T", dest="tags", help=t("option.tag"))


def add_count(parser: Parser) -> None:
    parser.add_argument("--count", type=positive_integer, default=1, metavar="N", help=t("option.count"))


def add_hours(parser: Parser) -> None:
    parser.add_argument("--hours", type=hours, required=True, metavar="H", help=t("option.hours"))


def add_end(parser: Parser) -> None:
    """Add the choice between a number of hours and a time."""
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--hours", type=hours, metavar="H", help=t("option.hours"))
    end.add_argument("--until", type=moment, metavar="T", help=t("option.until"))


def add_note(parser: Parser) -> None:
    parser.add_argument("--note", type=note_of, default="", help=t("option.note"))


def add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help=t("option.json"))


def add_json_answer(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help=t("option.json_answer"))
