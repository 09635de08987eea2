"""The machine or the group that the arguments name, as fields of the API's requests."""

from __future__ import annotations

import argparse
from typing import TypedDict

from loadzone_cli.api_client import ApiClient
from loadzone_cli.board import find_group
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import USAGE
from loadzone_cli.translation import t


class Target(TypedDict, total=False):
    """A machine or a group: one of the two keys."""

    vm_id: str
    group_id: int


class Selection(TypedDict, total=False):
    """The choice within a group: a number and tags, each key only where it was asked for."""

    count: int
    tags: list[str]


def target_of(api: ApiClient, args: argparse.Namespace) -> Target:
    """Return `vm_id`, or `group_id` of the group that is named. Raises CommandError."""
    if args.vm is None:
        return {"group_id": find_group(api.board(), args.group)["id"]}
    if selection_of(args):
        raise CommandError(t("bad.one_vm"), USAGE)
    return {"vm_id": args.vm}


def selection_of(args: argparse.Namespace) -> Selection:
    """Return how many machines of a group are asked for, and with which tags."""
    selection: Selection = {}
    if getattr(args, "count", 1) > 1:
        selection["count"] = args.count
    if getattr(args, "tags", []):
        selection["tags"] = args.tags
    return selection
