"""What one machine may do, written down a second time and as simply as can be: holder, end, hold, queue.

Each act gives all the states that may follow it, with the letters that are due if they do.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from torture.history import OK, UNKNOWN, Clock, Op
from torture.machine_state import (
    Follows,
    Letters,
    Machine,
    Now,
    Waiter,
    agreeing,
    free,
    holds,
    is_surely_over,
    later,
    others,
    stands_nowhere,
)

AT_MOST = 10  # who may wait


class Model:
    """`hold` is how long a machine is held, `remind` how long before the end reminders are sent, the longest first,
    in milliseconds; `admins` are addresses."""

    def __init__(self, clock: Clock, hold: int, admins: frozenset[str], remind: tuple[int, ...] = ()) -> None:
        self.clock = clock
        self._hold = hold
        self._admins = admins
        self._remind = remind

    def after(self, machine: Machine, op: Op, by: float, came: Callable[[Letters], bool]) -> Iterator[Follows]:
        """Every way in which the operation can have taken place, by that moment at the latest. `came` says whether
        letters came: of what time may have brought, only what they bear out is followed."""
        op = op if op.ended <= by else replace(op, ended=by)
        now = Now(*self.clock.span(op.begun, op.ended), op.begun, op.ended)
        for before in self._as_time_passes(machine, op, came):
            if op.name == "look":
                yield from agreeing(before, op.answer)
            elif op.name == "end":
                yield before
            elif op.outcome in (OK, UNKNOWN):
                yield from self._done(before, op, now)
            else:
                yield from self._refused(before, op, now)

    # What time brings

    def _as_time_passes(
        self, machine: Machine, op: Op, came: Callable[[Letters], bool] = lambda letters: True
    ) -> Iterator[Follows]:
        """The state as it is, and after whatever reminders and ends may have come by now."""
        since = min(machine.since, op.begun)
        latest = Now(*self.clock.span(since, op.ended), since, op.ended)
        to_do = [Follows(machine)]
        while to_do:
            reached = to_do.pop()
            yield reached
            later = (*self._reminded(reached, latest), *self._ended(reached, latest))
            to_do.extend(follows for follows in later if came(follows.letters))

    def _reminded(self, reached: Follows, latest: Now) -> Iterator[Follows]:
        """Of several missed only the last is sent, and none that fell due before the end was chosen."""
        machine = reached.machine
        for number, before in enumerate(self._remind) if machine.holder else ():
            due = (machine.end[0] - before, machine.end[1] - before)
            if number >= machine.reminded and due[1] > machine.set_at[0] and due[0] <= latest.high:
                letter = (
                    "reminder",
                    machine.holder,
                    latest._replace(low=due[0], high=min(latest.high, machine.end[1])),
                )
                yield reached.then(replace(machine, reminded=number + 1), letter)

    def _ended(self, reached: Follows, latest: Now) -> Iterator[Follows]:
        machine = reached.machine
        if machine.holder and machine.end[0] <= latest.high:
            now, letter = latest._replace(low=machine.end[0]), ("ended", machine.holder)
        elif machine.hold and machine.until[0] <= latest.high:
            now, letter = latest._replace(low=machine.until[0]), ("lapsed", machine.hold.email)
        else:
            return
        yield self._served(reached.then(free(machine), (*letter, now)), now)

    # What is done

    def _done(self, before: Follows, op: Op, now: Now) -> Iterator[Follows]:
        acts = {"book": self._book, "renew": self._renew, "cancel": self._cancel}
        if op.name not in acts:
            yield from (self._join if op.name == "join" else self._leave)(before, op, now)
        elif not is_surely_over(before.machine, now):
            for done in acts[op.name](before, op, now):
                yield from [done] if op.outcome == UNKNOWN else agreeing(done, op.answer)

    def _book(self, before: Follows, op: Op, now: Now) -> Iterator[Follows]:
        machine, letters, queues = before.machine, (), [before.machine.queue]
        if machine.holder:
            return
        if machine.hold and machine.hold.email != op.who:
            if not (op.asked.get("force") and op.who in self._admins):
                return
            letters = (("taken", machine.hold.email, now),)
            queues = _put_back(machine.queue, machine.hold)
        for queue in queues:
            freed = before.then(replace(free(machine), queue=queue), *letters)
            yield _begun(freed, op.who, op.asked["hours"], now, op.begun)

    def _renew(self, before: Follows, op: Op, now: Now) -> Iterator[Follows]:
        machine = before.machine
        if not self._is_own(machine, op) or (others(machine) and op.who not in self._admins):
            return
        yield before.then(replace(machine, end=later(machine.end, op.asked["hours"]), set_at=now.span, reminded=0))

    def _cancel(self, before: Follows, op: Op, now: Now) -> Iterator[Follows]:
        machine = before.machine
        if self._is_own(machine, op):
            letters = () if machine.holder == op.who else (("released", machine.holder, now),)
            yield self._served(before.then(replace(free(machine), since=op.begun), *letters), now)

    def _join(self, before: Follows, op: Op, now: Now) -> Iterator[Follows]:
        machine = before.machine
        if machine.holder == op.who:
            return
        if machine.hold and machine.hold.email == op.who:
            yield from _placed(before, op, True)
            return
        old = next((waiter for waiter in machine.queue if waiter.email == op.who), None)
        new = Waiter(op.who, op.asked["hours"], op.asked["auto"], old.since if old else now.span)
        if old is None and len(machine.queue) >= AT_MOST:
            return
        queue = tuple(new if waiter is old else waiter for waiter in machine.queue) + (() if old else (new,))
        joined = before.then(replace(machine, queue=queue))
        yield from _placed(_warned(self._served(joined, now, op), now), op, old is not None)

    def _leave(self, before: Follows, op: Op, now: Now) -> Iterator[Follows]:
        machine = before.machine
        queue = tuple(waiter for waiter in machine.queue if waiter.email != op.who)
        held = machine.hold is not None and machine.hold.email == op.who
        if held:
            yield self._served(before.then(replace(free(machine), queue=queue, since=op.begun)), now)
        elif queue != machine.queue:
            yield before.then(replace(machine, queue=queue))

    def _served(self, before: Follows, now: Now, op: Op | None = None) -> Follows:
        """A machine that stands free goes to the first who waits; who has just come needs no letter."""
        machine = before.machine
        if machine.holder or machine.hold or not machine.queue:
            return before
        first, *rest = machine.queue
        since = op.begun if op else machine.since
        quiet = op is not None and first.email == op.who
        if first.auto:
            letters = () if quiet else (("auto", first.email, now),)
            booked = _begun(before.then(replace(machine, queue=tuple(rest))), first.email, first.hours, now, since)
            return booked.then(booked.machine, *letters)
        letters = () if quiet else (("held", first.email, now),)
        until = (now[0] + self._hold, now[1] + self._hold)
        return before.then(replace(machine, hold=first, until=until, queue=tuple(rest), since=since), *letters)

    def _is_own(self, machine: Machine, op: Op) -> bool:
        return machine.holder is not None and (machine.holder == op.who or op.who in self._admins)

    # What is refused: the state stays, and must have been one that asks for it

    def _refused(self, before: Follows, op: Op, now: Now) -> Iterator[Follows]:
        """What the call itself would have ended is over for it, and is put back when it is refused."""
        looks = op.name in ("book", "renew", "cancel")
        unwritten = self._as_time_passes(before.machine, op, came=_no_reminder)
        for state in [follows.machine for follows in unwritten] if looks else [before.machine]:
            ended = state is not before.machine
            if not (looks and is_surely_over(state, now)) and self._asks_for(state, op, ended):
                yield before
                return

    def _asks_for(self, machine: Machine, op: Op, ended: bool) -> bool:
        code, answer = op.answer["code"], op.answer
        if code == "vm_taken":
            return machine.holder == answer["holder"] and holds(machine.end, answer["until"])
        if code == "vm_held":
            kept = machine.hold and machine.hold.email not in (None, op.who) and not machine.holder
            return bool(kept) and machine.hold.email == answer["holder"] and holds(machine.until, answer["until"])
        if code == "not_booked":
            return machine.holder is None or ended
        if code == "not_allowed":
            return not self._is_own(machine, op) and machine.holder == answer["holder"]
        if code == "others_wait":
            return self._is_own(machine, op) and op.who not in self._admins and len(others(machine)) == answer["n"]
        if code == "is_yours":
            return machine.holder == op.who
        if code == "queue_full":
            return len(machine.queue) >= AT_MOST and op.who not in {waiter.email for waiter in machine.queue}
        return code == "not_in_queue" and stands_nowhere(machine, op.who)


def _no_reminder(letters: Letters) -> bool:
    return all(kind != "reminder" for kind, _, _ in letters)


def _begun(before: Follows, who: str, hours: float, now: Now, since: float) -> Follows:
    queue = tuple(waiter for waiter in before.machine.queue if waiter.email != who)
    booked = replace(free(before.machine), holder=who, end=later(now, hours), set_at=now.span, queue=queue, since=since)
    return _warned(before.then(booked), now)


def _warned(before: Follows, now: Now) -> Follows:
    """Once a booking, its holder hears that somebody waits."""
    machine = before.machine
    if machine.holder and not machine.told and others(machine):
        return before.then(replace(machine, told=True), ("waited", machine.holder, now))
    return before


def _put_back(queue: tuple[Waiter, ...], hold: Waiter) -> list[tuple[Waiter, ...]]:
    """Who loses a hold waits again, behind those who came before; where two instants may be equal, either way."""
    again = replace(hold, auto=False)
    least = sum(waiter.since[1] <= hold.since[0] for waiter in queue)
    most = sum(waiter.since[0] <= hold.since[1] for waiter in queue)
    return [(*queue[:n], again, *queue[n:]) for n in range(least, most + 1)]


def _placed(reached: Follows, op: Op, already: bool) -> Iterator[Follows]:
    """Only where the answer named that place."""
    emails = [waiter.email for waiter in reached.machine.queue]
    place = emails.index(op.who) + 1 if op.who in emails else 0
    said = {"status": "already_in_queue" if already else "ok", "position": place}
    if op.outcome == UNKNOWN or op.answer == said:
        yield reached
