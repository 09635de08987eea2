"""The machine or the group that the arguments name, as fields of the API's requests."""

from __future__ import annotations

import argparse
from typing import Any

from loadzone_cli.api_client import ApiClient
from loadzone_cli.board import find_group
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import USAGE
from loadzone_cli.translation import t


def target_of(api: ApiClient, args: argparse.Namespace) -> dict[str, Any]:
    """Return `vm_id`, or `group_id` of the group that is named. Raises CommandError."""
    if not args.vm:
        return {"group_id": find_group(api.board(), args.group)["id"]}
    if selection_of(args):
        raise CommandError(t("bad.one_vm"), USAGE)
    return {"vm_id": args.vm}


def selection_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return `count` and `tags`: how many machines of a group, and with which tags, where that was asked for."""
    count, tags = getattr(args, "count", 1), getattr(args, "tags", [])
    return {**({"count": count} if count > 1 else {}), **({"tags": tags} if tags else {})}
