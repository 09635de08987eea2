"""The job of `loadzone run`: one command and the machines that are booked for it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from loadzone_cli import timing
from loadzone_cli.api_client import ApiClient
from loadzone_cli.board import Board, Vm, find_vm
from loadzone_cli.errors import WAITING_HELPS, CommandError, ServerRefusal, ServerUnavailable, StoppedBySignal
from loadzone_cli.exit_status import NOT_FREE
from loadzone_cli.leases import Leases
from loadzone_cli.lost_booking import LostBooking
from loadzone_cli.messages import say, say_away, say_back, say_if_new
from loadzone_cli.patience import pause
from loadzone_cli.process import Process
from loadzone_cli.queue_place import QueuePlace
from loadzone_cli.signals import handle_signals
from loadzone_cli.target import Target, selection_of
from loadzone_cli.times import local_time
from loadzone_cli.translation import t

DELETED = {"no_such_vm", "no_such_group"}  # codes of refusals


class Job:
    """Books machines before its command, keeps them while it runs, and releases them after it."""

    def __init__(self, api: ApiClient, args: argparse.Namespace, target: Target, deadline: float) -> None:
        """`deadline`: until when to wait for machines, where `args` says to wait."""
        self._api, self._command = api, args.command
        self._waits = args.wait is not None
        self._deadline = deadline if self._waits else time.monotonic() + timing.LOST_SECONDS
        self._heartbeat: float = args.heartbeat
        self._lost = LostBooking(args.hours, args.heartbeat)
        self._request = {**target, **selection_of(args), "hours": self._lost.hours, "note": args.note}
        self._place = QueuePlace(api, args, target)
        self._leases = Leases(api, args)
        self._vm = target.get("vm_id")
        self._was_there = not self._vm  # the group is: its number has just been found
        self._undo_until = 0.0  # until when a deletion may be undone; 0: nothing was deleted
        self._in_a_hurry = False  # whether a signal asks us to end without trying longer
        self._on_signal: Callable[[int], None] = self._stop

    def run(self) -> int:
        """Return the exit status of the command, as a shell would give it. Raises CommandError, StoppedBySignal."""
        handle_signals(lambda signum: self._on_signal(signum))
        try:
            return self._run_command(self._obtain())
        finally:
            self._on_signal = self._hurry
            self._clean_up()

    def _stop(self, signum: int) -> None:
        self._on_signal = self._hurry
        raise StoppedBySignal(signum)

    def _hurry(self, _: int) -> None:
        self._in_a_hurry = True

    # before the command

    def _obtain(self) -> list[Vm]:
        """Return the machines once they are booked. Raises CommandError where there are none and no time to wait."""
        while True:
            try:
                vms = self._try()
                say_back()
                if vms:
                    self._leases.begin(vms)
                    self._lost.is_possible = False  # from here on, what looks like ours may be another job's
                    self._place.settle()
                    return vms
                pause(CommandError(t("run.gave_up"), NOT_FREE), self._deadline)
            except ServerUnavailable as error:
                if not self._waits and not self._lost.is_possible:
                    raise
                pause(error, self._deadline)
            except ServerRefusal as refusal:
                self._wait_for_undo(refusal)

    def _wait_for_undo(self, refusal: ServerRefusal) -> None:
        """Wait where what we wait for was deleted, for as long as that can be undone. Raises `refusal` after that."""
        if not self._waits or not self._was_there or refusal.code not in DELETED:
            raise refusal
        self._undo_until = self._undo_until or time.monotonic() + timing.UNDO_SECONDS
        say_if_new("place", t("run.deleted", text=refusal.text))
        pause(refusal, min(self._deadline, self._undo_until))

    def _try(self) -> list[Vm]:
        """Return the machines where they can be booked now, or were by a call whose answer was lost.

        Else wait in the queue, and return none.
        """
        board = self._api.board()
        self._was_there = self._was_there or find_vm(board, self._vm or "") is not None
        self._place.update(board)
        vms = self._of_lost_answer(board)
        if not vms and (not self._waits or self._place.can_book(board)):
            vms = self._book(board)
        if not vms and self._place.wait_in_queue(board):
            vms = self._book(board)
        self._undo_until = 0
        return vms

    def _book(self, board: Board) -> list[Vm]:
        """Return the booked machines; none where others have them and there is time to wait."""
        before = self._lost.is_possible
        self._lost.expect(board)
        try:
            return self._api.book({**self._request, "heartbeat_minutes": self._heartbeat})
        except ServerRefusal as refusal:
            self._lost.is_possible = before
            if refusal.facts.get("field") == "note" and self._request["note"]:
                say(t("note.refused", text=refusal.text))
                self._request["note"] = ""
                return self._book(board)
            if not self._waits or not self._may_change(refusal):
                raise
            return []

    def _may_change(self, refusal: ServerRefusal) -> bool:
        """Return whether waiting may help. Where other jobs of ours are at a limit, they end."""
        is_at_limit = refusal.code == "over_limit" and refusal.facts.get("max", 0) >= self._request.get("count", 1)
        return is_at_limit or refusal.code in WAITING_HELPS

    def _of_lost_answer(self, board: Board) -> list[Vm]:
        """Return the machines that a call of ours booked, and whose answer did not reach us."""
        return [vm for vm in self._lost.find(board, self._api.email()) if not self._leases.has(vm)]

    # while the command runs

    def _run_command(self, vms: list[Vm]) -> int:
        say(t("run.begin", vms=", ".join(vm["id"] for vm in vms), until=local_time(vms[0]["expires_at"])))
        early: list[int] = []  # signals that come before there is a process to send them to
        self._on_signal = early.append
        process = Process(self._command, vms)
        self._on_signal = process.forward
        for signum in early:
            process.forward(signum)
        self._leases.keep(vms)
        return process.wait()

    # after the command

    def _clean_up(self) -> None:
        """Release what was booked and leave the queue. Try for a while where the server is away."""
        self._leases.stop()
        deadline = time.monotonic() + timing.RELEASE_SECONDS
        while self._leases.booked or self._place.is_ours or self._lost.is_possible:
            try:
                board = self._api.board()
                self._leases.release(board, self._of_lost_answer(board))
                self._place.leave(board)
                return
            except CommandError as error:
                why, is_over = error.text, not isinstance(error, ServerUnavailable)
            except Exception as error:  # whatever it is, the status of the command must not get lost
                why, is_over = repr(error), True
            if is_over or time.monotonic() > deadline or self._in_a_hurry:
                say(t("run.not_released", text=why, minutes=f"{self._heartbeat:g}"))
                return
            say_away(why)
            self._wait_for_retry()

    def _wait_for_retry(self) -> None:
        """Wait, but end at once when in a hurry. No Event is used: a signal could come while its lock is held."""
        again = time.monotonic() + timing.RETRY_SECONDS
        while time.monotonic() < again and not self._in_a_hurry:
            time.sleep(0.1)
