"""Decide whether a correct server can have produced a history. The checker knows no server: history in, sentences out.

For each machine the calls must be linearizable (Herlihy and Wing): there is an order of them, each at one moment
between its invocation and its completion, in which the model gives every answer and exactly those letters are due that
came. If there is none, the sentence names the call that cannot be explained. A call without an answer may be in that
order or not.
"""

import itertools

from torture import acts_checker, group_checker, lines_checker, session_checker
from torture.history import BoardRead, History, Operation, ReceivedLetter
from torture.linearizability import Configuration, Search, Step, Undecided
from torture.model import Model
from torture.received_letters import AnyLetters, ReceivedLetters

FAULT_LASTS = 60  # seconds after its beginning, with all that it leads to


def violations(history: History, model: Model) -> list[str]:
    """Return every violation as a sentence; an empty list if a correct server can have produced this history."""
    operations, found = history.operations_to_check(), list(history.anomalies)
    found += check_revisions(history.board_reads, history.changes)
    found += group_checker.violations(history)
    found += session_checker.violations(history)
    found += [*check_copies(history), *lines_checker.violations(history), *acts_checker.violations(history)]
    vms = {op.vm for op in operations}
    found += [f"a letter about no machine: {letter}" for letter in history.letters if letter.vm not in vms]
    for vm in sorted(vms - group_checker.PLACES):
        calls = [op for op in operations if op.vm == vm]
        found += check_machine(calls, [letter for letter in history.letters if letter.vm == vm], model)
    return found


def check_machine(calls: list[Operation], letters: list[ReceivedLetter], model: Model) -> list[str]:
    """Return the violations of one machine: mostly one sentence, because nothing can be said about what follows."""
    search = Search(calls, model, ReceivedLetters(letters, model.clock))
    try:
        return [] if search.succeeds() else _explain(search, letters, model)
    except Undecided as undecided:
        return [f"{calls[0].vm}: too many calls at once to decide, at {undecided}"]


def check_revisions(reads: list[BoardRead], changes: dict[int, dict]) -> list[str]:
    """Check that revisions never go back, even after a restart, and that one revision never has two states."""
    found, shown = [], {}
    for read in reads:
        if shown.setdefault(read.revision, read.vms) != read.vms:
            found.append(f"revision {read.revision} was shown with two states: {shown[read.revision]} and {read.vms}")
    fresh = [read for read in reads if read.is_fresh]
    completed = sorted(fresh, key=lambda read: read.completed)
    highest, place = 0, 0
    for read in sorted(fresh, key=lambda read: read.invoked):
        while place < len(completed) and completed[place].completed < read.invoked:
            highest, place = max(highest, completed[place].revision), place + 1
        if read.revision < highest:
            found.append(f"revision {read.revision} was shown after revision {highest}")
    for revision in shown.keys() & changes.keys():
        for view in changes[revision].get("vms", ()):
            if shown[revision].get(view["id"]) != view:
                found.append(f"revision {revision} was sent as {view}, and shown as {shown[revision].get(view['id'])}")
    return found


def check_copies(history: History) -> list[str]:
    """Check that no letter came twice while nothing failed."""
    found = []
    for letter, times in history.copies.items():
        for first, second in itertools.pairwise(sorted(times)):
            if not any(first - FAULT_LASTS <= at <= second for at, _ in history.faults):
                found.append(f"letter {letter} came twice, at {first:.3f} and {second:.3f}, although nothing failed")
    return found


def _explain(search: Search, letters: list[ReceivedLetter], model: Model) -> list[str]:
    """Explain the failure at the last step that was reached."""
    step, reached = [(step, reached) for step, reached in zip(search.steps, search.reached, strict=True) if reached][-1]
    tried: set[Configuration] = set()
    after = [following for start in reached for following in search.complete(step, start, tried)]
    if not after:
        return [_describe(step, reached, model)]
    received = ReceivedLetters(letters, model.clock)
    uncaused = min((received.unmatched(one.letters, step.letters_before) for one in after), key=len)
    return [f"a letter for what did not happen: {letter}" for letter in uncaused]


def _describe(step: Step, reached: set[Configuration], model: Model) -> str:
    """Describe the call that cannot be explained, with the states before it and the calls pending at the same time."""
    missing = " unless a letter is missing" if _is_explained_without_letters(step, reached, model) else ""
    states = "\n    ".join(list({str(start.state) for start in reached})[:3])
    pending = "\n    ".join(str(other) for other in step.pending.values() if other is not step.op)
    calls = f"{step.op}\n  after\n    {states}\n  beside\n    {pending}"
    return f"{step.op.vm}: no correct server answers so{missing}:\n    {calls}"


def _is_explained_without_letters(step: Step, reached: set[Configuration], model: Model) -> bool:
    search, tried = Search([], model, AnyLetters()), set()
    try:
        return any(True for start in reached for _ in search.complete(step, start, tried))
    except Undecided:
        return False
