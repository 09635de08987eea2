"""A job's place in the queue of a machine or a group."""

from __future__ import annotations

import argparse
import time

from loadzone_cli import timing
from loadzone_cli.api_client import ApiClient
from loadzone_cli.board import Board, Vm, Waiter, find_vm, is_bookable
from loadzone_cli.errors import ALREADY_GONE, CommandError, ServerRefusal
from loadzone_cli.exit_status import NOT_FREE
from loadzone_cli.messages import say_if_new
from loadzone_cli.names import name_key
from loadzone_cli.target import Target
from loadzone_cli.translation import t

# Codes of refusals that give no place, but the machine may come free all the same: another job of ours has it, for one.
NO_PLACE_NOW = {"queue_full", "is_yours"}


class QueuePlace:
    """The place in a queue. A person has one in each queue, so the jobs of one person may share it."""

    def __init__(self, api: ApiClient, args: argparse.Namespace, target: Target) -> None:
        self.is_ours = False  # whether the place is there because of this job
        self._api, self._target = api, target
        self._count: int = args.count
        self._tags = {name_key(tag) for tag in args.tags}
        self._since = ""  # tells this place from one that another job made later
        self._request = {**target, "hours": args.hours, "heartbeat_minutes": args.heartbeat}
        if args.count > 1:
            self._request["count"] = args.count
        self._pause: float = min(timing.QUEUE_SECONDS, args.heartbeat * 60 / 4)
        self._next_sign = 0.0

    def can_book(self, board: Board) -> bool:
        """Return whether enough machines are free or held for us. Raises CommandError where too few have the tags."""
        vms = self._candidates(board)
        if self._tags and len(vms) < self._count:  # without tags the server refuses that
            raise CommandError(t("run.too_few", n=len(vms)), NOT_FREE)
        return len([vm for vm in vms if is_bookable(vm, self._api.email())]) >= self._count

    def wait_in_queue(self, board: Board) -> bool:
        """Join the queue or give a sign of life, and say which place it is. Return whether our turn came by that."""
        if self._tags:  # a queue knows no tags
            say_if_new("place", t("run.waiting_free"))
            return False
        waiting = [waiter["email"] for waiter in self._queue(board)]
        if self._api.email() in waiting:
            say_if_new("place", t("run.place", position=waiting.index(self._api.email()) + 1))
        elif not any(vm["held_for"] == self._api.email() for vm in self._candidates(board)):
            self._next_sign = 0
        return time.monotonic() >= self._next_sign and self._give_sign()

    def update(self, board: Board) -> None:
        """Find out whether the place on the board is still the one that this job made."""
        mine = [waiter["since"] for waiter in self._queue(board) if waiter["email"] == self._api.email()]
        if self.is_ours and mine:
            self._since = self._since or mine[0]
            self.is_ours = self._since == mine[0]

    def settle(self) -> None:
        """Give the place up after a booking that did not use it up."""
        try:
            board: Board = self._api.board() if self.is_ours else {"vms": [], "groups": []}
            if self._since in [waiter["since"] for waiter in self._queue(board)]:
                self.leave(board)
        except CommandError:  # without signs of life it ends by itself
            pass
        self.is_ours = False

    def leave(self, board: Board) -> None:
        """Give up the place that is there because of this job. The place of another job is left alone."""
        self.update(board)
        if self.is_ours:
            self._api.call_ignoring(ALREADY_GONE, "/queue/leave", self._target)
        self.is_ours = False

    def _give_sign(self) -> bool:
        self._next_sign = time.monotonic() + self._pause
        try:
            answer = self._api.call("/queue/join", self._request)
        except ServerRefusal as refusal:
            if refusal.code not in NO_PLACE_NOW:
                raise
            say_if_new("place", refusal.text)
            return False
        if answer["status"] == "ok":
            self.is_ours, self._since = True, ""
        position: int = answer["position"]
        return position == 0

    def _candidates(self, board: Board) -> list[Vm]:
        if "vm_id" in self._target:
            vm = find_vm(board, self._target["vm_id"])
            return [vm] if vm else []
        vms = [vm for vm in board["vms"] if vm["group"] == self._target["group_id"]]
        return [vm for vm in vms if self._tags <= {name_key(tag) for tag in vm["tags"]}]

    def _queue(self, board: Board) -> list[Waiter]:
        if "vm_id" in self._target:
            vm = find_vm(board, self._target["vm_id"])
            return vm["queue"] if vm else []
        return next((group["queue"] for group in board["groups"] if group["id"] == self._target["group_id"]), [])
