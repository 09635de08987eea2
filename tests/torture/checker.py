"""Whether a record can be the work of a correct server. Nothing here knows of servers: records in, sentences out.

For each machine the calls must be linearizable (Herlihy and Wing): there is an order of them, each at one moment
between its invocation and its completion, in which the model gives every answer and asks for exactly the letters that
came. Where there is none, the call that cannot be explained is named. Calls without an answer may stand in it or not.
"""

from torture import group_checker
from torture.history import Op, Record, Seen, Told
from torture.linearizability import Configuration, Search, Step, TooMuch
from torture.model import Model
from torture.received_letters import AnyPost, Post


def violations(record: Record, model: Model) -> list[str]:
    """All that is wrong with it, as sentences; empty where a correct server could have done that."""
    history, found = record.history(), list(record.strange)
    found += revisions(record.boards, record.changes)
    found += group_checker.violations(record)
    vms = {op.vm for op in history}
    found += [f"a letter about no machine: {letter}" for letter in record.letters if letter.vm not in vms]
    for vm in sorted(vms - group_checker.ALL):
        calls = [op for op in history if op.vm == vm]
        found += machine(calls, [letter for letter in record.letters if letter.vm == vm], model)
    return found


def machine(calls: list[Op], letters: list[Told], model: Model) -> list[str]:
    """What is wrong with one machine's calls and letters; at most one sentence, since after it all else is a guess."""
    search = Search(calls, model, Post(letters, model.clock))
    try:
        return [] if search.succeeds() else _what_is_wrong(search, letters, model)
    except TooMuch as too_much:
        return [f"{calls[0].vm}: too much at once to decide, at {too_much}"]


def revisions(boards: list[Seen], changes: dict[int, dict]) -> list[str]:
    """They never go back, restarts included, and one number never stands for two states."""
    found, shown = [], {}
    for seen in boards:
        if shown.setdefault(seen.revision, seen.vms) != seen.vms:
            found.append(f"revision {seen.revision} was shown with two states: {shown[seen.revision]} and {seen.vms}")
    ended = sorted(boards, key=lambda seen: seen.ended)
    highest, place = 0, 0
    for seen in sorted(boards, key=lambda seen: seen.begun):
        while place < len(ended) and ended[place].ended < seen.begun:
            highest, place = max(highest, ended[place].revision), place + 1
        if seen.revision < highest:
            found.append(f"revision {seen.revision} was shown after revision {highest}")
    for revision in shown.keys() & changes.keys():
        for view in changes[revision].get("vms", ()):
            if shown[revision].get(view["id"]) != view:
                found.append(f"revision {revision} was told as {view}, and shown as {shown[revision].get(view['id'])}")
    return found


def _what_is_wrong(search: Search, letters: list[Told], model: Model) -> list[str]:
    """At the last step that could be reached."""
    step, reached = [(step, reached) for step, reached in zip(search.steps, search.reached, strict=True) if reached][-1]
    tried: set[Configuration] = set()
    beyond = [following for found in reached for following in search.over(step, found, tried)]
    if not beyond:
        return [_say(step, reached, model)]
    post = Post(letters, model.clock)
    left = min((post.without_a_place(following.letters, step.accounts_until) for following in beyond), key=len)
    return [f"a letter for what did not happen: {letter}" for letter in left]


def _say(step: Step, reached: set[Configuration], model: Model) -> str:
    """Why, as far as it can be told."""
    missing = " unless a letter is missing" if _is_explained_without_letters(step, reached, model) else ""
    states = "\n    ".join(list({str(found.machine) for found in reached})[:3])
    beside = "\n    ".join(str(other) for other in step.under_way.values() if other is not step.op)
    said = f"no correct server answers so{missing}:\n    {step.op}\n  after\n    {states}\n  beside\n    {beside}"
    return f"{step.op.vm}: {said}"


def _is_explained_without_letters(step: Step, reached: set[Configuration], model: Model) -> bool:
    search, tried = Search([], model, AnyPost()), set()
    try:
        return any(True for found in reached for _ in search.over(step, found, tried))
    except TooMuch:
        return False
