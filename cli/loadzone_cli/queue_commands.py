"""`loadzone queue`, `queue join` and `queue leave`. Each returns the exit status."""

from __future__ import annotations

import argparse

from loadzone_cli.board import Waiter
from loadzone_cli.connection import connect
from loadzone_cli.exit_status import OK
from loadzone_cli.messages import printable
from loadzone_cli.output import state_of
from loadzone_cli.target import selection_of, target_of
from loadzone_cli.times import local_time
from loadzone_cli.translation import t


def queue(args: argparse.Namespace) -> int:
    """Print one's own places in queues, then the machines that are held for oneself."""
    api = connect(args)
    board, email = api.board(), api.email()
    for group in board["groups"]:
        print_place(t("group", name=group["name"]), group["queue"], email)
    for vm in board["vms"]:
        print_place(vm["id"], vm["queue"], email)
    for vm in board["vms"]:
        if vm["state"] == "held" and vm["held_for"] == email:
            print(f"{printable(vm['id'])}: {state_of(vm)}")
    return OK


def print_place(name: str, waiters: list[Waiter], email: str) -> None:
    for position, waiter in enumerate(waiters, 1):
        if waiter["email"] == email:
            numbers = {"position": position, "of": len(waiters), "hours": f"{waiter['hours']:g}"}
            print(t("queue.place", place=printable(name), since=local_time(waiter["since"]), **numbers))


def queue_join(args: argparse.Namespace) -> int:
    api = connect(args)
    request = {**target_of(api, args), **selection_of(args), "hours": args.hours, "auto": args.auto}
    position = api.call("/queue/join", request)["position"]
    print(t("queue.joined", position=position) if position else t("queue.now"))
    return OK


def queue_leave(args: argparse.Namespace) -> int:
    api = connect(args)
    api.call("/queue/leave", target_of(api, args))
    print(t("queue.left"))
    return OK
