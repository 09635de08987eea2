"""Whether a record can be the work of a correct server. Nothing here knows of servers: records in, sentences out.

For each machine the calls must be linearizable (Herlihy and Wing): there is an order of them, each at one moment
between its invocation and its completion, in which the model gives every answer and asks for exactly the letters that
came. It is sought as Lowe does ("just in time"): all configurations are kept that explain what has completed so far;
where none is left, the call that cannot be explained is named. Calls without an answer may stand in it or not.
"""

import bisect
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from torture.machine import Letters, Machine
from torture.model import Model
from torture.record import FOREVER, REFUSED, UNKNOWN, Op, Record, Seen, Told

AT_MOST = 20_000  # configurations at a time; what needs more is not decided, and says so


class Configuration(NamedTuple):
    """One explanation so far: the state, which of the calls under way have happened, which letters are found."""

    machine: Machine
    happened: frozenset[int]
    letters: frozenset[int]


def violations(record: Record, model: Model) -> list[str]:
    """All that is wrong with it, as sentences; empty where a correct server could have done that."""
    history, found = record.history(), list(record.strange)
    found += revisions(record.boards, record.changes)
    vms = sorted({op.vm for op in history})
    found += [f"a letter about no machine: {letter}" for letter in record.letters if letter.vm not in vms]
    for vm in vms:
        calls = [op for op in history if op.vm == vm]
        found += machine(calls, [letter for letter in record.letters if letter.vm == vm], model)
    return found


def machine(calls: list[Op], letters: list[Told], model: Model) -> list[str]:
    """What is wrong with one machine's calls and letters; at most one sentence, since after it all else is a guess."""
    post = Post(letters)
    configurations = {Configuration(Machine(), frozenset(), frozenset())}
    under_way: dict[int, Op] = {}
    last = max((op.ended for op in calls), default=0.0)
    end = Op("time", "end", "", last, FOREVER)  # what happened after the last call may have brought letters too
    for number, op, completes in _in_time([*calls, end]):
        if not completes:
            under_way[number] = op
            continue
        explained = _explain(configurations, under_way, number, model, post)
        if len(explained) > AT_MOST:
            return [f"{op.vm}: too much at once to decide, at {op}"]
        if not explained:
            return [_say(op, configurations, under_way, model)]
        del under_way[number]
        configurations = {c._replace(happened=c.happened - {number}) for c in explained}
        if unexplained := post.unexplained(configurations, by=op.begun):
            return unexplained
        configurations = {c for c in configurations if post.taken_by(op.begun) <= c.letters}
    return post.unexplained(configurations, by=FOREVER)


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


class Post:
    """The letters about one machine, to be accounted for one by one."""

    def __init__(self, letters: list[Told]) -> None:
        self.letters = sorted(letters, key=lambda letter: letter.at)
        self._at = [letter.at for letter in self.letters]
        self._taken: dict[int, frozenset[int]] = {}
        self._by_reader: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, letter in enumerate(self.letters):
            self._by_reader[letter.kind, letter.to].append(number)

    def taken_by(self, moment: float) -> frozenset[int]:
        """Those that the SMTP server had by then: what they tell of had happened."""
        count = bisect.bisect_right(self._at, moment)
        if count not in self._taken:
            self._taken[count] = frozenset(range(count))
        return self._taken[count]

    def unexplained(self, configurations: set[Configuration], by: float) -> list[str]:
        """Where no explanation has a place for every letter that had come by then, those without one in the best."""
        taken = self.taken_by(by)
        if any(taken <= c.letters for c in configurations):
            return []
        left = min((taken - c.letters for c in configurations), key=len)
        return [f"a letter for what did not happen: {self.letters[number]}" for number in sorted(left)]

    def account(self, taken: frozenset[int], due: Letters) -> Iterator[frozenset[int]]:
        """The ways to find a letter for each that is due; letters of one second are alike."""
        if not due:
            yield taken
            return
        (kind, to, (low, high)), *rest = due
        seconds = set()
        for number in self._by_reader.get((kind, to), ()):
            created = self.letters[number].created
            if number not in taken and created not in seconds and low // 1000 <= created <= high // 1000:
                seconds.add(created)
                yield from self.account(taken | {number}, tuple(rest))


def _in_time(calls: list[Op]) -> Iterator[tuple[int, Op, bool]]:
    """Invocations (False) and completions (True) in the order in which they happened."""
    moments = [(op.begun, 0, number) for number, op in enumerate(calls)]
    moments += [(op.ended, 1, number) for number, op in enumerate(calls)]
    for _, completes, number in sorted(moments):
        yield number, calls[number], bool(completes)


def _explain(
    configurations: set[Configuration], under_way: dict[int, Op], completed: int, model: Model, post: Post
) -> set[Configuration]:
    """The configurations in which the completed call has happened; one without an answer need not have."""
    done = {c for c in configurations if completed in c.happened}
    seen, to_do = set(configurations), [c for c in configurations if c not in done]
    if under_way[completed].outcome == UNKNOWN:
        done |= configurations
    while to_do and len(seen) <= AT_MOST:
        for following in _one_more(to_do.pop(), under_way, model, post, by=under_way[completed].ended):
            if following in seen:
                continue
            seen.add(following)
            (done.add if completed in following.happened else to_do.append)(following)
    return done if len(seen) <= AT_MOST else seen


def _one_more(
    configuration: Configuration, under_way: dict[int, Op], model: Model, post: Post, by: float
) -> Iterator[Configuration]:
    """Each call under way that has not happened yet may be the next that does.

    One that changes nothing (a look, a refusal) and can happen right now may as well, whatever comes after; unless a
    letter says that there was something before it.
    """
    others = []
    for number in under_way.keys() - configuration.happened:
        op = under_way[number]
        following = list(_with(configuration, number, op, model, post, by))
        idle = configuration._replace(happened=configuration.happened | {number})
        changes_nothing = op.name == "look" or op.outcome == REFUSED
        if changes_nothing and idle in following and post.taken_by(op.begun) <= configuration.letters:
            yield idle
            return
        others += following
    yield from others


def _with(
    configuration: Configuration, number: int, op: Op, model: Model, post: Post, by: float
) -> Iterator[Configuration]:
    def came(due: Letters) -> bool:
        return any(True for _ in post.account(configuration.letters, due))

    for follows in model.after(configuration.machine, op, by, came):
        for letters in post.account(configuration.letters, follows.letters):
            yield Configuration(follows.machine, configuration.happened | {number}, letters)


def _say(op: Op, configurations: set[Configuration], under_way: dict[int, Op], model: Model) -> str:
    """Why, as far as it can be told: without the letters it may be explained, and then one is missing."""
    without = _explain(configurations, under_way, _number(op, under_way), model, _Any())
    missing = " unless a letter is missing" if without else ""
    states = "\n    ".join(list({str(c.machine) for c in configurations})[:3])
    beside = "\n    ".join(str(other) for other in under_way.values() if other is not op)
    return f"{op.vm}: no correct server answers so{missing}:\n    {op}\n  after\n    {states}\n  beside\n    {beside}"


def _number(op: Op, under_way: dict[int, Op]) -> int:
    return next(number for number, other in under_way.items() if other is op)


class _Any(Post):
    """A post in which every letter that is due has come."""

    def __init__(self) -> None:
        super().__init__([])

    def account(self, taken: frozenset[int], due: Letters) -> Iterator[frozenset[int]]:
        if all(kind != "reminder" for kind, _, _ in due):  # of which none must come
            yield taken
