"""`loadzone history` and `loadzone usage`. Each returns the exit status."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import urlencode

from loadzone_cli.api_client import ApiClient
from loadzone_cli.argument_types import past_moment
from loadzone_cli.board import find_group
from loadzone_cli.connection import connect
from loadzone_cli.exit_status import OK
from loadzone_cli.history_lines import text_of
from loadzone_cli.messages import printable, say
from loadzone_cli.output import print_columns, print_json
from loadzone_cli.translation import t

PAGE = 200  # lines, the most that the server gives at once
COLUMNS = ("group", "booked", "share", "bookings", "length", "wait", "given_up")


def history(args: argparse.Namespace) -> int:
    """Print what has happened, newest first."""
    api = connect(args)
    asked = {
        "vm_id": args.vm,
        "group_id": group_id_of(api, args.group),
        "email": args.person,
        "action": args.action,
        "from": args.since,
        "to": args.until,
        "q": args.text,
    }
    lines, following = lines_of(api, {name: value for name, value in asked.items() if value is not None}, args)
    if args.json:
        print_json({"history": lines, "next": following})
        return OK
    for line in lines:
        print(text_of(line))
    if not lines:
        say(t("history.none"))
    elif following:
        say(t("history.more", cursor=following))
    return OK


def lines_of(api: ApiClient, asked: dict[str, Any], args: argparse.Namespace) -> tuple[list[Any], str | None]:
    """Return at most `args.limit` lines, and the cursor of the next ones."""
    lines: list[Any] = []
    cursor: str | None = args.cursor
    while True:
        page = {**asked, "limit": min(PAGE, args.limit - len(lines)), **({"cursor": cursor} if cursor else {})}
        answer = api.call(f"/history?{urlencode(page)}")
        lines += answer["history"]
        cursor = answer["next"]
        if not cursor or len(lines) >= args.limit:
            return lines, cursor


def usage(args: argparse.Namespace) -> int:
    """Print how much the machines of each group were used in the last days."""
    api = connect(args)
    group_id = group_id_of(api, args.group)
    asked = {"from": past_moment(f"{args.days}d"), **({} if group_id is None else {"group_id": group_id})}
    answer = api.call(f"/usage?{urlencode(asked)}")
    if args.json:
        print_json(answer)
        return OK
    rows = [cells_of(group["name"] or t("usage.no_group"), group) for group in answer["groups"]]
    if not rows:
        say(t("usage.none"))
        return OK
    total = [cells_of(t("usage.total"), answer["total"])] if len(rows) > 1 else []
    print_columns([[t(f"usage.{column}") for column in COLUMNS], *rows, *total])
    return OK


def cells_of(name: str, figures: dict[str, Any]) -> list[str]:
    """Return the figures of a group in the order of COLUMNS."""
    waits = figures["waits"]
    share = "-" if figures["ratio"] is None else f"{figures['ratio'] * 100:.0f} %"
    return [
        printable(name),
        f"{figures['booked_hours']:.1f}",
        share,
        str(figures["bookings"]),
        hours_of(figures["p50"]),
        hours_of(waits["p50"]),
        str(figures["given_up"]),
    ]


def hours_of(hours: float | None) -> str:
    return "-" if hours is None else t("usage.hours", n=f"{hours:.1f}")


def group_id_of(api: ApiClient, name: str | None) -> int | None:
    """Return the number of the group of this name; None where none is given. Raises CommandError."""
    return None if name is None else find_group(api.board(), name)["id"]
