"""`loadzone login`, `list`, `book`, `renew`, `note`, `hand-over` and `release`. Each returns the exit status."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from loadzone_cli.api_client import ApiClient
from loadzone_cli.board import find_group, is_bookable
from loadzone_cli.configuration import read_configuration, write_configuration
from loadzone_cli.connection import ca_file, connect, variable
from loadzone_cli.errors import CommandError, ServerRefusal
from loadzone_cli.exit_status import OK, USAGE
from loadzone_cli.messages import printable, say
from loadzone_cli.output import print_bookings, print_json, print_table
from loadzone_cli.server_address import address_of, bare
from loadzone_cli.target import selection_of, target_of
from loadzone_cli.times import local_time
from loadzone_cli.translation import t


def login(args: argparse.Namespace) -> int:
    """Save the server's address and the token, once the server has accepted them."""
    saved = read_configuration()
    if not args.token_stdin and not sys.stdin.isatty():
        raise CommandError(t("login.no_terminal"), USAGE)
    url = args.url or variable("LOADZONE_URL") or ("" if args.token_stdin else ask_url(saved.get("url", "")))
    token = bare(sys.stdin.readline() if args.token_stdin else getpass.getpass(t("login.token")))
    ca = ca_file(args) or saved.get("ca")
    api = ApiClient(address_of(url), token, ca)
    email = api.email()
    path = write_configuration({"url": api.url, "token": token, **({"ca": os.path.abspath(ca)} if ca else {})})
    print(t("login.done", email=email, url=api.url, path=path))
    return OK


def ask_url(known: str) -> str:
    return input(t("login.url") + (f" [{known}]" if known else "") + ": ").strip() or known


def list_machines(args: argparse.Namespace) -> int:
    api = connect(args)
    board, email = api.board(), api.email()
    group_id = None if args.group is None else find_group(board, args.group)["id"]
    vms = [vm for vm in board["vms"] if group_id is None or vm["group"] == group_id]
    vms = [vm for vm in vms if not args.free or is_bookable(vm, email)]
    if args.json:
        print_json(vms)
    else:
        print_table(board, vms)
    return OK


def book(args: argparse.Namespace) -> int:
    api = connect(args)
    person = {} if args.email is None else {"email": args.email}  # an empty one is a slip, and refused
    vms = api.book({**target_of(api, args), **selection_of(args), **end_of(args), "note": args.note, **person})
    if args.json:
        print_json(vms)
    else:
        print_bookings(vms)
    return OK


def renew(args: argparse.Namespace) -> int:
    print_bookings([connect(args).renew(args.vm, end_of(args))])
    return OK


def end_of(args: argparse.Namespace) -> dict[str, object]:
    """Return how long to book: the hours, or until when."""
    return {"until": args.until} if args.until else {"hours": args.hours}


def note(args: argparse.Namespace) -> int:
    """Change what a booking is for."""
    connect(args).call("/note", {"vm_id": args.vm, "note": args.text})
    print(t("noted", vm=printable(args.vm)))
    return OK


def hand_over(args: argparse.Namespace) -> int:
    """Give a booking to another person."""
    vm = connect(args).call("/hand-over", {"vm_id": args.vm, "email": args.email})
    print(t("handed_over", vm=printable(vm["id"]), who=printable(vm["booked_by"]), until=local_time(vm["expires_at"])))
    return OK


def release(args: argparse.Namespace) -> int:
    """Release each machine, also after one that failed. The status is that of the first that failed."""
    api, status = connect(args), OK
    for vm_id in args.vms:
        try:
            api.call("/cancel", {"vm_id": vm_id})
            print(t("released", vm=printable(vm_id)))
        except ServerRefusal as refusal:
            say(refusal.text)
            status = status or refusal.status
    return status
