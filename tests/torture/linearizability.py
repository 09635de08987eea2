"""The search for an order of one machine's calls in which the model gives every answer, and asks for just the letters
that came.

Calls are put into it "just in time", as Lowe does: at each completion those, of the calls under way, that make the
completed one possible. What explains the record so far is a configuration. They are tried depth first, as Wing and
Gong do, the shortest explanation first, and none twice: a record that has an order is mostly walked through straight,
whatever else might have been; one that has none is known as such when nothing is left.
"""

import math
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from torture.history import FOREVER, REFUSED, UNKNOWN, Op
from torture.machine_state import Letters, Machine
from torture.model import Model
from torture.received_letters import Post

AT_MOST = 100_000  # configurations tried for one completion; what needs more is not decided, and says so


class TooMuch(Exception):
    """It cannot be decided; at which call."""


class Configuration(NamedTuple):
    """One explanation so far: the state, which of the calls under way have happened, which letters are found."""

    machine: Machine
    happened: frozenset[int]
    letters: int


class Step(NamedTuple):
    """A call completes, while these are under way, itself among them."""

    number: int
    op: Op
    under_way: dict[int, Op]

    @property
    def accounts_until(self) -> float:
        """What must have happened before that has happened by now; in the end, everything."""
        return math.inf if self.op.name == "end" else self.op.begun


class Search:
    """`reached` are, once it is over, the configurations that were found before each step."""

    def __init__(self, calls: list[Op], model: Model, post: Post) -> None:
        last = max((op.ended for op in calls), default=0.0)
        end = Op("time", "end", "", last, FOREVER)  # what happened after the last call may have brought letters too
        self.steps = list(_steps([*calls, end]))
        self.reached: list[set[Configuration]] = [set() for _ in self.steps]
        self._tried: list[set[Configuration]] = [set() for _ in self.steps]
        self._model = model
        self._post = post

    def succeeds(self) -> bool:
        """Whether there is such an order. Raises TooMuch."""
        trail = [iter([Configuration(Machine(), frozenset(), 0)])]
        while trail:
            found = next(trail[-1], None)
            place = len(trail) - 1
            if found is None:
                trail.pop()
            elif place == len(self.steps):
                return True
            elif found not in self.reached[place]:
                self.reached[place].add(found)
                trail.append(self._beyond(place, found))
        return False

    def _beyond(self, place: int, found: Configuration) -> Iterator[Configuration]:
        """The ways over one step, those without a place for every letter that is due by now left out."""
        step = self.steps[place]
        due = self._post.due_by(step.accounts_until)
        for beyond in self.over(step, found, self._tried[place]):
            if not due & ~beyond.letters:
                yield beyond._replace(happened=beyond.happened - {step.number})

    def over(self, step: Step, found: Configuration, tried: set[Configuration]) -> Iterator[Configuration]:
        """The ways to come to where the completed call has happened; one without an answer need not have."""
        if step.number in found.happened or step.op.outcome == UNKNOWN:
            yield found
        if step.number in found.happened or found in tried:
            return
        to_do = deque([found])
        tried.add(found)
        while to_do:
            for following in self._one_more(to_do.popleft(), step):
                if following in tried:
                    continue
                tried.add(following)
                if len(tried) > AT_MOST:
                    raise TooMuch(str(step.op))
                if step.number in following.happened:
                    yield following
                else:
                    to_do.append(following)

    def _one_more(self, found: Configuration, step: Step) -> Iterator[Configuration]:
        """Each call under way that has not happened yet may be the next that does, the completed one above all.

        One that changes nothing (a look, a refusal) and can happen right now may as well, whatever comes after; unless
        a letter says that there was something before it.
        """
        others = []
        for number in sorted(step.under_way.keys() - found.happened, key=lambda number: number != step.number):
            op = step.under_way[number]
            following = list(self._with(found, number, op, step.op.ended))
            idle = found._replace(happened=found.happened | {number})
            changes_nothing = op.name == "look" or op.outcome == REFUSED
            if changes_nothing and idle in following and not self._post.due_by(op.begun) & ~found.letters:
                yield idle
                return
            others += following
        yield from others

    def _with(self, found: Configuration, number: int, op: Op, by: float) -> Iterator[Configuration]:
        def came(due: Letters) -> bool:
            return any(True for _ in self._post.account(found.letters, due))

        happened = found.happened | {number}
        for follows in self._model.after(found.machine, op, by, came):
            for letters in self._post.account(found.letters, follows.letters):
                yield Configuration(follows.machine, happened, letters)


def _steps(calls: list[Op]) -> Iterator[Step]:
    """Completions in the order in which they happened."""
    moments = [(op.begun, 0, number) for number, op in enumerate(calls)]
    moments += [(op.ended, 1, number) for number, op in enumerate(calls)]
    under_way: dict[int, Op] = {}
    for _, completes, number in sorted(moments):
        if completes:
            yield Step(number, calls[number], dict(under_way))
            del under_way[number]
        else:
            under_way[number] = calls[number]
