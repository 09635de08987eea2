"""The rules of one machine, written a second time and as simply as possible.

A machine has a holder, an end, a hold and a queue. Each operation gives all states that may follow it, with the letters
that are due in each.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from torture.history import OK, UNKNOWN, Clock, Operation
from torture.machine_state import (
    Branch,
    DueLetters,
    Instant,
    MachineState,
    Waiter,
    contains,
    freed,
    is_surely_over,
    is_waiting,
    later,
    matching,
    other_waiters,
)

MAX_WAITERS = 10


class Model:
    """`hold`: how long a machine is held. `remind`: how long before the end reminders are sent, the longest first. Both
    in milliseconds. `admins`: their addresses."""

    def __init__(self, clock: Clock, hold: int, admins: frozenset[str], remind: tuple[int, ...] = ()) -> None:
        self.clock = clock
        self._hold = hold
        self._admins = admins
        self._remind = remind

    def branches(
        self, state: MachineState, op: Operation, by: float, have_come: Callable[[DueLetters], bool]
    ) -> Iterator[Branch]:
        """Yield every way in which the operation can have taken effect, at time `by` at the latest.

        `have_come` tells whether these letters have come. Reminders and ends are followed only if it confirms their
        letters.
        """
        op = op if op.completed <= by else replace(op, completed=by)
        now = Instant(*self.clock.span(op.invoked, op.completed), op.invoked, op.completed)
        for before in self._as_time_passes(state, op, have_come):
            if op.name == "read":
                yield from matching(before, op.answer)
            elif op.name == "end":
                yield before
            elif op.outcome in (OK, UNKNOWN):
                yield from self._applied(before, op, now)
            else:
                yield from self._refused(before, op, now)

    # Reminders and ends

    def _as_time_passes(
        self, state: MachineState, op: Operation, have_come: Callable[[DueLetters], bool] = lambda letters: True
    ) -> Iterator[Branch]:
        """Yield the state as it is, and as it is after each reminder and end that may have happened by now."""
        since = min(state.since, op.invoked)
        latest = Instant(*self.clock.span(since, op.completed), since, op.completed)
        to_do = [Branch(state)]
        while to_do:
            branch = to_do.pop()
            yield branch
            following = (*self._reminded(branch, latest), *self._ended(branch, latest))
            to_do.extend(one for one in following if have_come(one.letters))

    def _reminded(self, branch: Branch, latest: Instant) -> Iterator[Branch]:
        """Send a reminder: of several missed ones only the last, and none that fell due before the end was set."""
        state = branch.state
        for number, before in enumerate(self._remind) if state.holder else ():
            due = (state.end[0] - before, state.end[1] - before)
            if number >= state.reminded and due[1] > state.end_set_at[0] and due[0] <= latest.high:
                letter = ("reminder", state.holder, latest._replace(low=due[0], high=min(latest.high, state.end[1])))
                yield branch.then(replace(state, reminded=number + 1), letter)

    def _ended(self, branch: Branch, latest: Instant) -> Iterator[Branch]:
        state = branch.state
        if state.holder and state.end[0] <= latest.high:
            now, letter = latest._replace(low=state.end[0]), ("ended", state.holder)
        elif state.hold and state.hold_until[0] <= latest.high:
            now, letter = latest._replace(low=state.hold_until[0]), ("lapsed", state.hold.email)
        else:
            return
        yield self._served(branch.then(freed(state), (*letter, now)), now)

    # Operations that take effect

    def _applied(self, before: Branch, op: Operation, now: Instant) -> Iterator[Branch]:
        on_machine = {"book": self._book, "renew": self._renew, "cancel": self._cancel}
        if op.name not in on_machine:
            yield from (self._join if op.name == "join" else self._leave)(before, op, now)
        elif not is_surely_over(before.state, now):
            for done in on_machine[op.name](before, op, now):
                yield from [done] if op.outcome == UNKNOWN else matching(done, op.answer)

    def _book(self, before: Branch, op: Operation, now: Instant) -> Iterator[Branch]:
        state, letters, queues = before.state, (), [before.state.queue]
        if state.holder:
            return
        if state.hold and state.hold.email != op.actor:
            if not (op.arguments.get("force") and op.actor in self._admins):
                return
            letters = (("taken", state.hold.email, now),)
            queues = _queues_with(state.hold, state.queue)
        for queue in queues:
            branch = before.then(replace(freed(state), queue=queue), *letters)
            yield _booked(branch, op.actor, op.arguments["hours"], now, op.invoked)

    def _renew(self, before: Branch, op: Operation, now: Instant) -> Iterator[Branch]:
        state = before.state
        if not self._may_end(state, op) or (other_waiters(state) and op.actor not in self._admins):
            return
        end = later(state.end, op.arguments["hours"])
        yield before.then(replace(state, end=end, end_set_at=now.span, reminded=0))

    def _cancel(self, before: Branch, op: Operation, now: Instant) -> Iterator[Branch]:
        state = before.state
        if self._may_end(state, op):
            letters = () if state.holder == op.actor else (("released", state.holder, now),)
            yield self._served(before.then(replace(freed(state), since=op.invoked), *letters), now)

    def _join(self, before: Branch, op: Operation, now: Instant) -> Iterator[Branch]:
        state = before.state
        if state.holder == op.actor:
            return
        if state.hold and state.hold.email == op.actor:
            yield from _matching_position(before, op, True)
            return
        old = next((waiter for waiter in state.queue if waiter.email == op.actor), None)
        new = Waiter(op.actor, op.arguments["hours"], op.arguments["auto"], old.since if old else now.span)
        if old is None and len(state.queue) >= MAX_WAITERS:
            return
        queue = tuple(new if waiter is old else waiter for waiter in state.queue) + (() if old else (new,))
        joined = before.then(replace(state, queue=queue))
        yield from _matching_position(_holder_notified(self._served(joined, now, op), now), op, old is not None)

    def _leave(self, before: Branch, op: Operation, now: Instant) -> Iterator[Branch]:
        state = before.state
        queue = tuple(waiter for waiter in state.queue if waiter.email != op.actor)
        held = state.hold is not None and state.hold.email == op.actor
        if held:
            yield self._served(before.then(replace(freed(state), queue=queue, since=op.invoked)), now)
        elif queue != state.queue:
            yield before.then(replace(state, queue=queue))

    def _served(self, before: Branch, now: Instant, op: Operation | None = None) -> Branch:
        """Give a free machine to the first in the queue. The person who has just joined by `op` gets no letter."""
        state = before.state
        if state.holder or state.hold or not state.queue:
            return before
        first, *rest = state.queue
        since = op.invoked if op else state.since
        quiet = op is not None and first.email == op.actor
        if first.auto:
            letters = () if quiet else (("auto", first.email, now),)
            booked = _booked(before.then(replace(state, queue=tuple(rest))), first.email, first.hours, now, since)
            return booked.then(booked.state, *letters)
        letters = () if quiet else (("held", first.email, now),)
        until = (now.low + self._hold, now.high + self._hold)
        return before.then(replace(state, hold=first, hold_until=until, queue=tuple(rest), since=since), *letters)

    def _may_end(self, state: MachineState, op: Operation) -> bool:
        """Tell whether the actor may renew and release the booking: the holder or an admin."""
        return state.holder is not None and (state.holder == op.actor or op.actor in self._admins)

    # Refusals: the state stays as it is, and must be one in which the call is refused with this code

    def _refused(self, before: Branch, op: Operation, now: Instant) -> Iterator[Branch]:
        """A call about a booking or hold that is over ends it first. If the call is refused, that end is undone too."""
        ends_first = op.name in ("book", "renew", "cancel")
        not_committed = self._as_time_passes(before.state, op, have_come=_no_reminder)
        for state in [branch.state for branch in not_committed] if ends_first else [before.state]:
            ended = state is not before.state
            if not (ends_first and is_surely_over(state, now)) and self._justifies(state, op, ended):
                yield before
                return

    def _justifies(self, state: MachineState, op: Operation, ended: bool) -> bool:
        code, answer = op.answer["code"], op.answer
        if code == "vm_taken":
            return state.holder == answer["holder"] and contains(state.end, answer["until"])
        if code == "vm_held":
            held = state.hold and state.hold.email not in (None, op.actor) and not state.holder
            return bool(held) and state.hold.email == answer["holder"] and contains(state.hold_until, answer["until"])
        if code == "not_booked":
            return state.holder is None or ended
        if code == "not_allowed":
            return not self._may_end(state, op) and state.holder == answer["holder"]
        if code == "others_wait":
            may_renew = self._may_end(state, op)
            return may_renew and op.actor not in self._admins and len(other_waiters(state)) == answer["n"]
        if code == "is_yours":
            return state.holder == op.actor
        if code == "queue_full":
            return len(state.queue) >= MAX_WAITERS and op.actor not in {waiter.email for waiter in state.queue}
        return code == "not_in_queue" and not is_waiting(state, op.actor)


def _no_reminder(letters: DueLetters) -> bool:
    return all(kind != "reminder" for kind, _, _ in letters)


def _booked(before: Branch, email: str, hours: float, now: Instant, since: float) -> Branch:
    queue = tuple(waiter for waiter in before.state.queue if waiter.email != email)
    booked = replace(
        freed(before.state), holder=email, end=later(now.span, hours), end_set_at=now.span, queue=queue, since=since
    )
    return _holder_notified(before.then(booked), now)


def _holder_notified(before: Branch, now: Instant) -> Branch:
    """Notify the holder, once a booking, that somebody waits."""
    state = before.state
    if state.holder and not state.holder_notified and other_waiters(state):
        return before.then(replace(state, holder_notified=True), ("waited", state.holder, now))
    return before


def _queues_with(hold: Waiter, queue: tuple[Waiter, ...]) -> list[tuple[Waiter, ...]]:
    """Return the queues in which the person who loses the hold may be: behind those who joined earlier.

    There are several where it is not known who joined earlier.
    """
    again = replace(hold, auto=False)
    least = sum(waiter.since[1] <= hold.since[0] for waiter in queue)
    most = sum(waiter.since[0] <= hold.since[1] for waiter in queue)
    return [(*queue[:n], again, *queue[n:]) for n in range(least, most + 1)]


def _matching_position(branch: Branch, op: Operation, already: bool) -> Iterator[Branch]:
    """Yield the branch if the answer contains the position that the actor has in it, or if there was no answer."""
    emails = [waiter.email for waiter in branch.state.queue]
    position = emails.index(op.actor) + 1 if op.actor in emails else 0
    expected = {"status": "already_in_queue" if already else "ok", "position": position}
    if op.outcome == UNKNOWN or op.answer == expected:
        yield branch
