"""What must hold of a group whose machines share a queue, from each revision to the next.

Not a second model, as there is of a single machine: these are sentences that hold in whatever order the calls happened.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from torture.history import OK, REFUSED, Op, Record, Told
from torture.received_letters import ON_DISK_AFTER, written

GROUP = 1
NAME = f"group-{GROUP}"  # in the record, in place of a machine's name
MACHINES = ("pool-0", "pool-1", "pool-2")
ALL = frozenset({NAME, *MACHINES})
TURN = ("held", "auto")  # the letters that tell of one's turn


class Pool(NamedTuple):
    """The group at a revision: who waits for any, who has or is held each machine and since or until when, and who
    waits for just that one."""

    queue: tuple[str, ...]
    has: dict[str, tuple[str | None, str | None]]
    own: dict[str, tuple[str, ...]]


class Step(NamedTuple):
    """One commit: what was before, what is after, and between which moments it happened."""

    before: Pool
    after: Pool
    begun: float
    ended: float

    def gains(self) -> Iterator[tuple[str, str]]:
        """Who has a machine now and had it not before."""
        for vm, has in self.after.has.items():
            if has[0] and has != self.before.has[vm]:
                yield vm, has[0]

    def served(self) -> set[str]:
        """Who waited, waits no more and has a machine."""
        waited = set(self.before.queue) - set(self.after.queue)
        return waited & {who for _, who in self.gains()}

    def meets(self, op: Op) -> bool:
        return op.begun <= self.ended and op.ended >= self.begun


class Evidence:
    """The calls at the group and its machines, and the letters about these."""

    def __init__(self, record: Record) -> None:
        self.calls: dict[tuple[str, str], list[Op]] = defaultdict(list)
        self.at_queue: dict[str, list[Op]] = defaultdict(list)
        self._written: dict[str, list[tuple[Told, list[tuple[float, float]]]]] = defaultdict(list)
        for op in sorted(record.history(), key=lambda op: op.begun):
            if op.vm in ALL and op.name != "look" and op.outcome != REFUSED:
                self._add(op)
        self.forced = [op for op in self.of("book", *MACHINES) if op.asked.get("force")]
        for letter in record.letters:
            self._written[letter.to].append((letter, written(letter, record.clock)))

    def _add(self, op: Op) -> None:
        self.calls[op.who, op.name].append(op)
        if op.vm == NAME:
            self.at_queue[op.who].append(op)

    def of(self, name: str, *vms: str) -> list[Op]:
        """Everybody's calls of that name."""
        return [op for (_, named), calls in self.calls.items() if named == name for op in calls if op.vm in vms]

    def called(self, step: Step, who: str, name: str, *places: str) -> bool:
        """Whether such a call of that person's may have been what happened."""
        return any(op.vm in places and step.meets(op) for op in self.calls[who, name])

    def wrote(self, kinds: tuple[str, ...], to: str, vms: tuple[str, ...], begun: float, ended: float) -> bool:
        """Whether such a letter may have been written between those moments."""
        return any(
            letter.kind in kinds and letter.vm in vms and first <= ended and last >= begun
            for letter, moments in self._written[to]
            for first, last in moments
        )

    def last_word(self, who: str, moment: float) -> Op | None:
        """Their last call at the group's queue before that; None where another was under way, or had no answer."""
        *earlier, last = [None, *(op for op in self.at_queue[who] if op.begun <= moment)]
        sure = last and last.outcome == OK and last.ended < moment
        return last if sure and all(op.ended < last.begun for op in earlier if op) else None


def violations(record: Record) -> list[str]:
    """All that is wrong with the group, as sentences."""
    evidence, found = Evidence(record), []
    for step in steps(record):
        found += [*_vanished(step, evidence), *_overtaken(step, evidence), *_given(step, evidence)]
        found += _not_written(step, evidence)
    return [*found, *_left_beside_a_free_one(record), *_words_broken(record, evidence), *_two_holders(evidence)]


def steps(record: Record) -> Iterator[Step]:
    """The commits of which it is known what was before and after: some that nobody heard of before a kill are not."""
    boards = sorted(record.boards, key=lambda seen: seen.revision)
    shown = {seen.revision: seen for seen in boards if seen.groups}
    revisions = sorted({*shown, *record.changes})
    by, since = _latest(record, revisions), _earliest(boards, revisions)
    vms: dict[str, dict] = {}
    groups: list[dict] = []
    known = None
    for revision in revisions:
        before = _pool(vms, groups) if known == revision - 1 else None
        if revision in shown:
            vms, groups = shown[revision].vms, shown[revision].groups
        elif before:
            change = record.changes[revision]
            vms = vms | {vm["id"]: vm for vm in change["vms"]}
            groups = change.get("groups", groups)
        else:
            continue
        known = revision
        if before:
            yield Step(before, _pool(vms, groups), since[revision], by[revision])


def _pool(vms: dict[str, dict], groups: list[dict]) -> Pool:
    [group] = [group for group in groups if group["id"] == GROUP]
    views = [(vm, vms[vm]) for vm in MACHINES]
    has = {vm: (view["booked_by"] or view["held_for"], view["booked_at"] or view["held_until"]) for vm, view in views}
    return Pool(_waiting(group), has, {vm: _waiting(view) for vm, view in views})


def _waiting(view: dict) -> tuple[str, ...]:
    return tuple(waiter["email"] for waiter in view["queue"])


def _latest(record: Record, revisions: list[int]) -> dict[int, float]:
    """By when each commit had happened: when it, or a later one, was first seen."""
    seen = dict(record.heard)
    for board in record.boards:
        seen[board.revision] = min(board.ended, seen.get(board.revision, board.ended))
    latest, by = {}, float("inf")
    for revision in reversed(revisions):
        latest[revision] = by = min(by, seen[revision])
    return latest


def _earliest(boards: list, revisions: list[int]) -> dict[int, float]:
    """Since when each can have happened: when an earlier one was still shown, at the latest."""
    earliest, since, rest = {}, 0.0, list(reversed(boards))
    for revision in revisions:
        while rest and rest[-1].revision < revision:
            since = max(since, rest.pop().begun)
        earliest[revision] = since
    return earliest


def _vanished(step: Step, evidence: Evidence) -> Iterator[str]:
    """One commit may have given somebody a machine and taken it away again."""
    for who in set(step.before.queue) - set(step.after.queue) - step.served():
        had = evidence.wrote(TURN, who, MACHINES, step.begun - ON_DISK_AFTER, step.ended)
        if not had and not evidence.called(step, who, "leave", NAME):
            yield f"{who} waited in the group's queue, and was neither served nor left: {step}"


def _overtaken(step: Step, evidence: Evidence) -> Iterator[str]:
    if _is_forced(step, evidence):
        return
    stayed = [who for who in step.before.queue if who in step.after.queue]
    if [who for who in step.after.queue if who in stayed] != stayed:
        yield f"the order in the group's queue has changed: {step}"
    for who in step.served():
        earlier = step.before.queue[: step.before.queue.index(who)]
        if not evidence.called(step, who, "leave", NAME) and any(other in step.after.queue for other in earlier):
            yield f"{who} was served before others who came first: {step}"


def _is_forced(step: Step, evidence: Evidence) -> bool:
    """Whether somebody may have lost what was held for them, to wait again in front, and to be served again."""
    return any(step.meets(op) for op in evidence.forced)


def _given(step: Step, evidence: Evidence) -> Iterator[str]:
    for vm, who in step.gains():
        asked = evidence.called(step, who, "book", vm) or evidence.called(step, who, "join", vm, NAME)
        waited = who in step.before.queue or who in step.before.own[vm]
        if not asked and not waited and not _is_forced(step, evidence):
            yield f"{who} got {vm} and had not asked for it: {step}"


def _not_written(step: Step, evidence: Evidence) -> Iterator[str]:
    """Nobody is written to about what they did themselves."""
    for vm, who in step.gains():
        own = any(evidence.called(step, who, name, vm, NAME) for name in ("book", "join", "leave"))
        told = evidence.wrote(TURN, who, (vm,), step.begun - ON_DISK_AFTER, step.ended)
        if who in step.served() and not own and not told:
            yield f"{who} was served with {vm} and not written to: {step}"


def _left_beside_a_free_one(record: Record) -> Iterator[str]:
    for seen in record.boards:
        free = [vm for vm in MACHINES if vm in seen.vms and seen.vms[vm]["state"] == "free"]
        if free and any(group["id"] == GROUP and group["queue"] for group in seen.groups):
            yield f"somebody waits in the group's queue while {free[0]} stands free: revision {seen.revision}"


def _words_broken(record: Record, evidence: Evidence) -> Iterator[str]:
    """Who has left is not there; who was given a place has it, until served."""
    for seen in record.boards:
        pool = _pool(seen.vms, seen.groups) if seen.groups else None
        for who in sorted(evidence.at_queue) if pool else ():
            said = evidence.last_word(who, seen.ended)
            if said is None or said.ended >= seen.begun:
                continue
            if said.name == "leave" and who in pool.queue:
                yield f"{who} had left the group's queue and is in it at revision {seen.revision}: {said}"
            has_place = said.name == "join" and said.answer["position"]
            if has_place and who not in pool.queue and not evidence.wrote(TURN, who, MACHINES, said.begun, seen.ended):
                yield f"{who} had a place in the group's queue that is gone at revision {seen.revision}: {said}"


def _two_holders(evidence: Evidence) -> Iterator[str]:
    """Between two bookings of a machine that were answered, the first one ended."""
    for vm in MACHINES:
        books = sorted((op for op in evidence.of("book", vm) if op.outcome == OK), key=lambda op: op.ended)
        cancels = evidence.of("cancel", vm)
        for first, second in itertools.pairwise(books):
            ended = evidence.wrote(("ended",), first.who, (vm,), first.begun, second.ended)
            if not ended and not any(op.begun <= second.ended and op.ended >= first.begun for op in cancels):
                yield f"{vm} was booked twice: {first} and {second}"
