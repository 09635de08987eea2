"""Search for a linearization of one machine's calls: an order in which the model gives every answer, and in which
exactly those letters are due that came.

Calls are linearized "just in time", as Lowe does: at each completion, those pending calls that make the completed one
possible. A configuration is what explains the history so far. Configurations are tried depth first, as Wing and Gong
do, the shortest explanation first and none twice. A linearizable history is thus mostly walked through without
backtracking, however many other explanations there are. A history is not linearizable when no configuration is left.
"""

import math
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from torture.history import FOREVER, REFUSED, UNKNOWN, Operation
from torture.machine_state import DueLetters, MachineState
from torture.model import Model
from torture.received_letters import ReceivedLetters

MAX_CONFIGURATIONS = 100_000  # tried for one completion; beyond that the search gives up and says so


class Undecided(Exception):
    """The search has given up at this call."""


class Configuration(NamedTuple):
    """One explanation of the history so far: the state, which pending calls are linearized, which letters matched."""

    state: MachineState
    linearized: frozenset[int]
    letters: int


class Step(NamedTuple):
    """One call completes. `pending` are the calls that have been invoked and not completed, this one among them."""

    number: int
    op: Operation
    pending: dict[int, Operation]

    @property
    def letters_before(self) -> float:
        """Return the time before which the cause of a letter must be linearized by now; at the end, of every letter."""
        return math.inf if self.op.name == "end" else self.op.invoked


class Search:
    """After the search, `reached` holds the configurations that were found before each step."""

    def __init__(self, calls: list[Operation], model: Model, letters: ReceivedLetters) -> None:
        last = max((op.completed for op in calls), default=0.0)
        end = Operation("time", "end", "", last, FOREVER)  # what happens after the last call may cause letters too
        self.steps = list(_steps([*calls, end]))
        self.reached: list[set[Configuration]] = [set() for _ in self.steps]
        self._tried: list[set[Configuration]] = [set() for _ in self.steps]
        self._model = model
        self._letters = letters

    def succeeds(self) -> bool:
        """Tell whether the calls are linearizable. Raises Undecided."""
        trail = [iter([Configuration(MachineState(), frozenset(), 0)])]
        while trail:
            configuration = next(trail[-1], None)
            place = len(trail) - 1
            if configuration is None:
                trail.pop()
            elif place == len(self.steps):
                return True
            elif configuration not in self.reached[place]:
                self.reached[place].add(configuration)
                trail.append(self._after_step(place, configuration))
        return False

    def _after_step(self, place: int, configuration: Configuration) -> Iterator[Configuration]:
        """Yield the configurations after one step, without those in which a letter that came has no cause by now."""
        step = self.steps[place]
        caused = self._letters.caused_before(step.letters_before)
        for after in self.complete(step, configuration, self._tried[place]):
            if not caused & ~after.letters:
                yield after._replace(linearized=after.linearized - {step.number})

    def complete(self, step: Step, start: Configuration, tried: set[Configuration]) -> Iterator[Configuration]:
        """Yield the configurations in which the completed call is linearized. One without an answer need not be."""
        if step.number in start.linearized or step.op.outcome == UNKNOWN:
            yield start
        if step.number in start.linearized or start in tried:
            return
        to_do = deque([start])
        tried.add(start)
        while to_do:
            for following in self._one_more(to_do.popleft(), step):
                if following in tried:
                    continue
                tried.add(following)
                if len(tried) > MAX_CONFIGURATIONS:
                    raise Undecided(str(step.op))
                if step.number in following.linearized:
                    yield following
                else:
                    to_do.append(following)

    def _one_more(self, configuration: Configuration, step: Step) -> Iterator[Configuration]:
        """Linearize one more pending call, the completed one first.

        If one that changes nothing (a read or a refusal) is possible now, it is enough to try that one, whatever comes
        later, unless a letter shows that something happened before it.
        """
        others = []
        for number in sorted(step.pending.keys() - configuration.linearized, key=lambda number: number != step.number):
            op = step.pending[number]
            following = list(self._linearize(configuration, number, op, step.op.completed))
            unchanged = configuration._replace(linearized=configuration.linearized | {number})
            changes_nothing = op.name == "read" or op.outcome == REFUSED
            uncaused = self._letters.caused_before(op.invoked) & ~configuration.letters
            if changes_nothing and unchanged in following and not uncaused:
                yield unchanged
                return
            others += following
        yield from others

    def _linearize(
        self, configuration: Configuration, number: int, op: Operation, by: float
    ) -> Iterator[Configuration]:
        def have_come(due: DueLetters) -> bool:
            return any(True for _ in self._letters.match(configuration.letters, due))

        linearized = configuration.linearized | {number}
        for branch in self._model.branches(configuration.state, op, by, have_come):
            for letters in self._letters.match(configuration.letters, branch.letters):
                yield Configuration(branch.state, linearized, letters)


def _steps(calls: list[Operation]) -> Iterator[Step]:
    """Yield the completions in the order in which they happened."""
    times = [(op.invoked, 0, number) for number, op in enumerate(calls)]
    times += [(op.completed, 1, number) for number, op in enumerate(calls)]
    pending: dict[int, Operation] = {}
    for _, completes, number in sorted(times):
        if completes:
            yield Step(number, calls[number], dict(pending))
            del pending[number]
        else:
            pending[number] = calls[number]
