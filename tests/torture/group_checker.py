"""Check what must hold between each revision and the next for a group whose machines share a queue.

This is not a second model like the one of a single machine. It checks properties that hold in whatever order the calls
took effect.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from torture.history import OK, REFUSED, BoardRead, History, Operation, ReceivedLetter
from torture.received_letters import MAX_COMMIT_SECONDS, write_times

GROUP_ID = 1
GROUP_NAME = f"group-{GROUP_ID}"  # in the history, instead of the name of a machine
MACHINES = ("pool-0", "pool-1", "pool-2")
PLACES = frozenset({GROUP_NAME, *MACHINES})
TURN_LETTERS = ("held", "auto")


class GroupState(NamedTuple):
    """The group at one revision: the people in its queue; for each machine, who has booked it or has it held, and since
    or until when; for each machine, the people who wait for that one only."""

    queue: tuple[str, ...]
    holders: dict[str, tuple[str | None, str | None]]
    machine_queues: dict[str, tuple[str, ...]]


class Commit(NamedTuple):
    """The state before one commit and after it, and the earliest and latest time at which it can have happened."""

    before: GroupState
    after: GroupState
    earliest: float
    latest: float

    def gains(self) -> Iterator[tuple[str, str]]:
        """Yield each machine that has a new holder, with that holder."""
        for vm, holder in self.after.holders.items():
            if holder[0] and holder != self.before.holders[vm]:
                yield vm, holder[0]

    def served(self) -> set[str]:
        """Return the people who were in the queue, are no longer, and have a machine."""
        left_queue = set(self.before.queue) - set(self.after.queue)
        return left_queue & {email for _, email in self.gains()}

    def overlaps(self, op: Operation) -> bool:
        return op.invoked <= self.latest and op.completed >= self.earliest


class Evidence:
    """The calls about the group and its machines, and the letters about these."""

    def __init__(self, history: History) -> None:
        self.calls: dict[tuple[str, str], list[Operation]] = defaultdict(list)
        self.queue_calls: dict[str, list[Operation]] = defaultdict(list)
        self._letters: dict[str, list[tuple[ReceivedLetter, list[tuple[float, float]]]]] = defaultdict(list)
        for op in sorted(history.operations_to_check(), key=lambda op: op.invoked):
            if op.vm in PLACES and op.name != "read" and op.outcome != REFUSED:
                self._add(op)
        self.forced_bookings = [op for op in self.calls_named("book", *MACHINES) if op.arguments.get("force")]
        for letter in history.letters:
            self._letters[letter.to].append((letter, write_times(letter, history.clock)))

    def _add(self, op: Operation) -> None:
        self.calls[op.actor, op.name].append(op)
        if op.vm == GROUP_NAME:
            self.queue_calls[op.actor].append(op)

    def calls_named(self, name: str, *vms: str) -> list[Operation]:
        """Return the calls of that name about these machines, by anybody."""
        return [op for (_, named), calls in self.calls.items() if named == name for op in calls if op.vm in vms]

    def may_be(self, commit: Commit, actor: str, name: str, *places: str) -> bool:
        """Tell whether the commit may be such a call of this person."""
        return any(op.vm in places and commit.overlaps(op) for op in self.calls[actor, name])

    def was_written(self, kinds: tuple[str, ...], to: str, vms: tuple[str, ...], start: float, end: float) -> bool:
        """Tell whether such a letter may have been written between these times."""
        return any(
            letter.kind in kinds and letter.vm in vms and first <= end and last >= start
            for letter, times in self._letters[to]
            for first, last in times
        )

    def last_queue_call(self, actor: str, time: float) -> Operation | None:
        """Return this person's last call about the group's queue before that time.

        None if another call was pending at the same time, or if the last one had no answer.
        """
        *earlier, last = [None, *(op for op in self.queue_calls[actor] if op.invoked <= time)]
        sure = last and last.outcome == OK and last.completed < time
        return last if sure and all(op.completed < last.invoked for op in earlier if op) else None


def violations(history: History) -> list[str]:
    """Return every violation about the group as a sentence."""
    evidence, found = Evidence(history), []
    for commit in commits(history):
        found += [*_lost(commit, evidence), *_overtaken(commit, evidence), *_unrequested(commit, evidence)]
        found += _without_letter(commit, evidence)
    found += _waiting_beside_a_free_machine(history)
    return [*found, *_broken_answers(history, evidence), *_booked_twice(evidence)]


def commits(history: History) -> Iterator[Commit]:
    """Yield the commits whose states before and after are known.

    Some are not known: those that nobody was told of before the server was killed.
    """
    reads = sorted(history.board_reads, key=lambda read: read.revision)
    shown = {read.revision: read for read in reads if read.groups}
    revisions = sorted({*shown, *history.changes})
    fresh = [read for read in reads if read.is_fresh]
    latest, earliest = _latest_times(history, revisions), _earliest_times(fresh, revisions)
    vms: dict[str, dict] = {}
    groups: list[dict] = []
    known = None
    for revision in revisions:
        before = _group_state(vms, groups) if known == revision - 1 else None
        if revision in shown:
            vms, groups = shown[revision].vms, shown[revision].groups
        elif before:
            change = history.changes[revision]
            vms = vms | {vm["id"]: vm for vm in change["vms"]}
            groups = change.get("groups", groups)
        else:
            continue
        known = revision
        if before:
            yield Commit(before, _group_state(vms, groups), earliest[revision], latest[revision])


def _group_state(vms: dict[str, dict], groups: list[dict]) -> GroupState:
    [group] = [group for group in groups if group["id"] == GROUP_ID]
    views = [(vm, vms[vm]) for vm in MACHINES]
    holders = {
        vm: (view["booked_by"] or view["held_for"], view["booked_at"] or view["held_until"]) for vm, view in views
    }
    return GroupState(_emails(group), holders, {vm: _emails(view) for vm, view in views})


def _emails(view: dict) -> tuple[str, ...]:
    return tuple(waiter["email"] for waiter in view["queue"])


def _latest_times(history: History, revisions: list[int]) -> dict[int, float]:
    """Return by when each commit had happened: when it, or a later one, was first seen."""
    seen = dict(history.change_times)
    for read in history.board_reads:
        seen[read.revision] = min(read.completed, seen.get(read.revision, read.completed))
    latest, time = {}, float("inf")
    for revision in reversed(revisions):
        latest[revision] = time = min(time, seen[revision])
    return latest


def _earliest_times(reads: list[BoardRead], revisions: list[int]) -> dict[int, float]:
    """Return since when each commit can have happened: the last read of an earlier revision."""
    earliest, time, rest = {}, 0.0, list(reversed(reads))
    for revision in revisions:
        while rest and rest[-1].revision < revision:
            time = max(time, rest.pop().invoked)
        earliest[revision] = time
    return earliest


def _lost(commit: Commit, evidence: Evidence) -> Iterator[str]:
    """Find people who are no longer in the queue without a reason.

    A letter is reason enough: one commit may have given a machine and taken it away again.
    """
    for email in set(commit.before.queue) - set(commit.after.queue) - commit.served():
        start = commit.earliest - MAX_COMMIT_SECONDS
        had_turn = evidence.was_written(TURN_LETTERS, email, MACHINES, start, commit.latest)
        if not had_turn and not evidence.may_be(commit, email, "leave", GROUP_NAME):
            yield f"{email} waited in the group's queue, and was neither served nor left: {commit}"


def _overtaken(commit: Commit, evidence: Evidence) -> Iterator[str]:
    if _may_be_forced(commit, evidence):
        return
    again = {email for email in commit.before.queue if _may_have_come_again(commit, email, evidence)}
    stayed = [email for email in commit.before.queue if email in commit.after.queue and email not in again]
    if [email for email in commit.after.queue if email in stayed] != stayed:
        yield f"the order in the group's queue has changed: {commit}"
    for email in commit.served():
        earlier = commit.before.queue[: commit.before.queue.index(email)]
        left = evidence.may_be(commit, email, "leave", GROUP_NAME)
        if not left and any(other in commit.after.queue for other in earlier if other not in again):
            yield f"{email} was served before others who came first: {commit}"


def _may_have_come_again(commit: Commit, email: str, evidence: Evidence) -> bool:
    """Tell whether the person may have been served and then joined again, in one commit: several calls share it."""
    start = commit.earliest - MAX_COMMIT_SECONDS
    had_turn = evidence.was_written(TURN_LETTERS, email, MACHINES, start, commit.latest)
    return had_turn and evidence.may_be(commit, email, "join", GROUP_NAME)


def _may_be_forced(commit: Commit, evidence: Evidence) -> bool:
    """Tell whether an admin may have booked a held machine by force.

    The person who loses the hold is then first in the queue again, and may be served again.
    """
    return any(commit.overlaps(op) for op in evidence.forced_bookings)


def _unrequested(commit: Commit, evidence: Evidence) -> Iterator[str]:
    for vm, email in commit.gains():
        asked = evidence.may_be(commit, email, "book", vm) or evidence.may_be(commit, email, "join", vm, GROUP_NAME)
        waited = email in commit.before.queue or email in commit.before.machine_queues[vm]
        if not asked and not waited and not _may_be_forced(commit, evidence):
            yield f"{email} got {vm} and had not asked for it: {commit}"


def _without_letter(commit: Commit, evidence: Evidence) -> Iterator[str]:
    """Find people who were served without a letter, although it was not by their own action."""
    for vm, email in commit.gains():
        own = any(evidence.may_be(commit, email, name, vm, GROUP_NAME) for name in ("book", "join", "leave"))
        start = commit.earliest - MAX_COMMIT_SECONDS
        written = evidence.was_written(TURN_LETTERS, email, (vm,), start, commit.latest)
        if email in commit.served() and not own and not written:
            yield f"{email} was served with {vm} and not written to: {commit}"


def _waiting_beside_a_free_machine(history: History) -> Iterator[str]:
    for read in history.board_reads:
        free = [vm for vm in MACHINES if vm in read.vms and read.vms[vm]["state"] == "free"]
        if free and any(group["id"] == GROUP_ID and group["queue"] for group in read.groups):
            yield f"somebody waits in the group's queue while {free[0]} stands free: revision {read.revision}"


def _broken_answers(history: History, evidence: Evidence) -> Iterator[str]:
    """Find people who are in the queue after leaving it, or who lost a confirmed position before their turn."""
    for read in history.fresh_reads:
        state = _group_state(read.vms, read.groups) if read.groups else None
        for email in sorted(evidence.queue_calls) if state else ():
            call = evidence.last_queue_call(email, read.completed)
            if call is None or call.completed >= read.invoked:
                continue
            if call.name == "leave" and email in state.queue:
                yield f"{email} had left the group's queue and is in it at revision {read.revision}: {call}"
            lost = call.name == "join" and call.answer["position"] and email not in state.queue
            if lost and not evidence.was_written(TURN_LETTERS, email, MACHINES, call.invoked, read.completed):
                yield f"{email} had a place in the group's queue that is gone at revision {read.revision}: {call}"


def _booked_twice(evidence: Evidence) -> Iterator[str]:
    """Find machines that were booked successfully twice although the first booking cannot have ended in between."""
    for vm in MACHINES:
        books = sorted((op for op in evidence.calls_named("book", vm) if op.outcome == OK), key=lambda op: op.completed)
        cancels = evidence.calls_named("cancel", vm)
        for first, second in itertools.pairwise(books):
            ended = evidence.was_written(("ended",), first.actor, (vm,), first.invoked, second.completed)
            if not ended and not any(
                op.invoked <= second.completed and op.completed >= first.invoked for op in cancels
            ):
                yield f"{vm} was booked twice: {first} and {second}"
