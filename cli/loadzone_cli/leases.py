"""The bookings of a job, kept alive and renewed while its command runs."""

from __future__ import annotations

import argparse
import threading
import time

from loadzone_cli import timing
from loadzone_cli.api_client import ApiClient
from loadzone_cli.board import Board, Vm, booked_seconds, find_vm, names_of
from loadzone_cli.errors import ALREADY_GONE, CommandError, ServerRefusal, ServerUnavailable
from loadzone_cli.messages import say, say_away, say_back, say_if_new
from loadzone_cli.times import local_time, seconds_between
from loadzone_cli.translation import t

LEAST_HOURS = 0.0001  # the shortest time that the server accepts for a renewal


class Leases:
    """Signs of life and renewals for the booked machines, in a thread of their own."""

    def __init__(self, api: ApiClient, args: argparse.Namespace) -> None:
        # Machines and when they were booked: that tells this booking from a later one of the same person.
        self.booked: dict[str, str] = {}
        self._gone: dict[str, str] = {}  # those that were lost: a deletion may be undone
        self._api = api
        self._hours: float = args.hours
        self._done = threading.Event()
        self._begun = 0.0
        self._heartbeat_seconds: float = args.heartbeat * 60 / 4
        self._margin: float = min(timing.RENEW_SECONDS, args.hours * 3600 / 4)

    def begin(self, vms: list[Vm]) -> None:
        """Take note of what was booked just now."""
        self.booked = {vm["id"]: vm["booked_at"] for vm in vms}
        self._begun = time.monotonic()

    def keep(self, vms: list[Vm]) -> None:
        """Start the thread that keeps them."""
        threading.Thread(target=self._keep, args=(self._next_round(vms),), daemon=True).start()

    def stop(self) -> None:
        """Let the thread end."""
        self._done.set()

    def release(self, board: Board, unknown: list[Vm]) -> None:
        """Release what is still booked by this booking and no other, and what was booked without our knowing it."""
        self._take_back(board)
        ours = self._ours(board)
        for vm_id, who in self._take_lost(board, ours):
            say(t("run.not_ours.to", vm=vm_id, who=who) if who else t("run.not_ours", vm=vm_id))
        for vm in ours + unknown:
            meant = {"vm_id": vm["id"], "booked_at": vm["booked_at"]}  # it may be handed over at this very moment
            self._api.call_ignoring(ALREADY_GONE | {"changed"}, "/cancel", meant)
        self.booked = {}

    def has(self, vm: Vm) -> bool:
        """Return whether the machine is booked by this booking."""
        return any(self.booked.get(name) == vm["booked_at"] for name in names_of(vm))

    def _keep(self, pause: float) -> None:
        while not self._done.wait(pause):
            try:
                pause = self._next_round(self._look_after())
                say_back()
            except ServerUnavailable as error:
                say_away(error.text)
                pause = min(self._heartbeat_seconds, timing.RETRY_SECONDS)
            except CommandError as error:
                say_if_new("keep", error.text)
                pause = self._heartbeat_seconds
            except Exception as error:  # without this thread the machines would be lost
                say_if_new("keep", repr(error))
                pause = self._heartbeat_seconds

    def _look_after(self) -> list[Vm]:
        """Say which machines were lost, give a sign of life for the others, and renew those that end soon."""
        board = self._api.board()
        self._take_back(board)
        vms = self._ours(board)
        if self._done.is_set() or not self.booked:
            return []
        self._follow_names(vms)
        for vm_id, who in self._take_lost(board, vms):
            say(t("run.lost.to", vm=vm_id, who=who) if who else t("run.lost", vm=vm_id))
        self._api.call_ignoring(ALREADY_GONE, "/heartbeat", {"vm_ids": [vm["id"] for vm in vms]})
        return [self._renew(vm, self._hours) if self._seconds_left(vm) < self._margin else vm for vm in vms]

    def _renew(self, vm: Vm, hours: float) -> Vm:
        """Return the machine, with a later end where the rules allow it."""
        try:
            vm = self._api.renew(vm["id"], {"hours": hours}, vm["expires_at"])
            say(t("run.renewed", vm=vm["id"], until=local_time(vm["expires_at"])))
        except ServerRefusal as refusal:
            if refusal.code == "too_far_ahead":
                possible = seconds_between(vm["expires_at"], refusal.facts["latest"]) / 3600
                return self._renew(vm, possible) if LEAST_HOURS <= possible < hours else vm
            if refusal.code == "others_wait":
                say_if_new(vm["id"], t("run.others_wait", vm=vm["id"], until=local_time(vm["expires_at"])))
            elif refusal.code not in ALREADY_GONE | {"changed"}:  # of those the next round tells
                say_if_new(vm["id"], refusal.text)
        return vm

    def _follow_names(self, vms: list[Vm]) -> None:
        """Know our machines by their present names: another machine may take a former one."""
        for vm in vms:
            was = next((name for name in names_of(vm) if self.booked.get(name) == vm["booked_at"]), vm["id"])
            if was != vm["id"]:
                self.booked[vm["id"]] = self.booked.pop(was)
                say(t("run.renamed", was=was, vm=vm["id"]))

    def _take_lost(self, board: Board, ours: list[Vm]) -> list[tuple[str, str | None]]:
        """Return the machines that are not booked for us any more, each with who has it now; forget them."""
        lost = []
        for vm_id in sorted(set(self.booked) - {name for vm in ours for name in names_of(vm)}):
            found = find_vm(board, vm_id)
            booked_at = self.booked.pop(vm_id, None)
            if booked_at:  # the other thread has not done it meanwhile
                self._gone[vm_id] = booked_at
                lost.append((vm_id, found["booked_by"] if found else None))
        return lost

    def _take_back(self, board: Board) -> None:
        """Know the lost machines again whose very bookings are there again: their deletion was undone."""
        for vm in board["vms"]:
            was = next((name for name in names_of(vm) if self._gone.get(name) == vm["booked_at"]), None)
            if was and vm["booked_by"] == self._api.email():
                self.booked[vm["id"]] = self._gone.pop(was)
                say(t("run.again", vm=vm["id"]))

    def _ours(self, board: Board) -> list[Vm]:
        return [vm for vm in board["vms"] if vm["booked_by"] == self._api.email() and self.has(vm)]

    def _next_round(self, vms: list[Vm]) -> float:
        """Return the seconds until a sign of life or a renewal is due."""
        renewals = [self._seconds_left(vm) - self._margin for vm in vms]
        return min([self._heartbeat_seconds, *(seconds for seconds in renewals if seconds > 0)])

    def _seconds_left(self, vm: Vm) -> float:
        """Return the seconds until the booking ends, by the monotonic clock: ours and the server's need not agree."""
        return booked_seconds(vm) - (time.monotonic() - self._begun)
