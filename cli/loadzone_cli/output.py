"""Answers on standard output: machines as a table for people, or as JSON for programs."""

from __future__ import annotations

import json
import os
import sys

from loadzone_cli.board import Board, Vm, address
from loadzone_cli.messages import printable
from loadzone_cli.times import local_time
from loadzone_cli.translation import t

COLUMNS = ("machine", "group", "address", "tags", "state")
BOLD, PLAIN = "1", "0"
COLOURS = {"free": "32", "booked": "31", "held": "33", "maintenance": "2"}  # by state: ECMA-48 codes


def print_json(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2))


def print_bookings(vms: list[Vm]) -> None:
    """Print a line for each booked machine: its name, its address, and until when."""
    for vm in vms:
        print(t("booked", vm=printable(vm["id"]), address=address(vm), until=local_time(vm["expires_at"])))


def print_table(board: Board, vms: list[Vm]) -> None:
    """Print a line for each machine under a head, in columns."""
    group_names = {group["id"]: group["name"] for group in board["groups"]}
    rows = [[t(f"table.{column}") for column in COLUMNS]]
    for vm in vms:
        group_name = group_names.get(vm["group"]) if vm["group"] is not None else None
        cells = (vm["id"], group_name, address(vm), ",".join(vm["tags"]), state_of(vm))
        rows.append([printable(cell or "-") for cell in cells])
    print_columns(rows, [COLOURS.get(vm["state"], PLAIN) for vm in vms])


def print_columns(rows: list[list[str]], colours: list[str] | None = None) -> None:
    """Print the rows in columns. The first is the head, `colours` are those of the others."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row, colour in zip(rows, [BOLD, *(colours or [PLAIN] * len(rows))]):
        print(in_colour("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), colour))


def in_colour(text: str, colour: str) -> str:
    """Return the text in colour on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return f"\033[{colour}m{text}\033[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def state_of(vm: Vm) -> str:
    """Return the state of a machine in words, and how many wait for it."""
    state = vm["state"]
    if state == "booked":
        who = vm["booked_by"] + (t("via", name=vm["via"]) if vm["via"] else "")
        text = t("state.booked", who=who, until=local_time(vm["expires_at"]))
        text += f": {vm['note']}" if vm["note"] else ""
    elif state == "held" and vm["held_until"]:
        text = t("state.held", who=vm["held_for"], until=local_time(vm["held_until"]))
    elif state == "held":
        text = t("state.kept", who=vm["held_for"])
    elif state in ("free", "maintenance"):
        text = t(f"state.{state}") + (f": {vm['maintenance']}" if vm["maintenance"] else "")
    else:
        text = state  # of a newer server
    return printable(text + (f", {t('waiting', n=len(vm['queue']))}" if vm["queue"] else ""))
