"""What was so at each moment, noted from the states themselves: the slow, obvious way to the figures of usage."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta

QUARTER = timedelta(minutes=15)
NOTHING = timedelta(0)


@dataclass
class Stretch:
    """A machine's time from `begin` to `end` in which nothing changed."""

    vm: int
    begin: object
    end: object
    group: int | None
    holder: str | None


class Truth:
    """Give it each state after a change (`see`), and ask when all is seen."""

    def __init__(self, state, now):
        self._state, self._now = state.copy(), now
        self.stretches, self.bookings, self.waits = [], {}, {}
        self.unclear, self._holds = set(), set()
        self._note(state, now)

    def see(self, state, now):
        for vm in self._state.vms.values():
            self._add_stretches(vm, now)
        self._note(state, now)
        self._state, self._now = state.copy(), now

    def serve_at_once(self, email, now):
        """Note a wait that was over when it began."""
        self.waits[email, now] = {"end": now, "turn": True}

    def _add_stretches(self, vm, now):
        booking, begin = vm.booking, self._now
        if booking:
            end = min(max(booking.expires_at, begin), now)  # an end that came counts, also when it was noted later
            self._add(vm, begin, end, booking.holder)
            begin = end
        if not vm.maintenance:
            self._add(vm, begin, now, None)

    def _add(self, vm, begin, end, holder):
        if end > begin:
            self.stretches.append(Stretch(vm.number, begin, end, vm.group, holder))

    def _note(self, state, now):
        vms = {vm.number: vm for vm in state.vms.values()}
        self._note_bookings(vms, now)
        self._note_waits(state, now)

    def _note_bookings(self, vms, now):
        there = {(number, vm.booking.booked_at): vm for number, vm in vms.items() if vm.booking}
        for key, vm in there.items():
            known = self.bookings.get(key)
            if known is None or (known["end"] and key[1] == now):
                self.bookings[key] = {"group": vm.group, "holder": vm.holder, "end": None}
            known = self.bookings[key]
            known["end"], known["until"] = None, vm.booking.expires_at
        for key, known in self.bookings.items():
            if key not in there and known["end"] is None:
                known["end"] = max(min(now, known["until"]), key[1])

    def _note_waits(self, state, now):
        """Note waits by person and beginning: no two of a walk begin at once."""
        places = [*state.vms.values(), *state.groups.values()]
        there = {(one.email, one.since) for place in places for one in place.queue}
        for key in there:
            self.waits.setdefault(key, {}).update(end=None, turn=None)
        for key, known in self.waits.items():
            if key not in there and known["end"] is None:
                known.update(end=now, turn=_has_turn(self._state, state, *key))
        self._note_losses(state)

    def doubt(self, events, state):
        """Note the waits to which several things happened in one unit of work: no state is between them."""
        kinds = {}
        for event in events:
            kinds.setdefault((event.to, event.booked_at), set()).add(event.kind)
        self.unclear |= {key for key, several in kinds.items() if len(several) > 1}
        served = [(event.vm_id, event.to) for event in events if event.kind in ("auto_booked", "held")]
        has = {(vm.id, vm.had_by) for vm in state.vms.values()}
        lost = {email for vm_id, email in served if (vm_id, email) not in has}
        self.unclear |= {key for key in self.waits if key[0] in lost}

    def _note_losses(self, state):
        """Note whose holds have gone: they wait on, at the old place or not; the states do not say since when."""
        holds = {(vm.number, vm.hold.email, vm.hold.since) for vm in state.vms.values() if vm.hold and vm.hold.until}
        booked = {(vm.number, vm.holder) for vm in state.vms.values()}
        lost = {email for number, email, _ in self._holds - holds if (number, email) not in booked}
        self.unclear |= {key for key in self.waits if key[0] in lost}
        self._holds = holds

    # Questions. The period is from `begin` to `end`.

    def hours(self, begin, end, by):
        """Return hours booked and in service by what `by` says of a stretch."""
        found = defaultdict(lambda: [0, 0])
        for one in self.stretches:
            length = (max(NOTHING, min(one.end, end) - max(one.begin, begin))) / timedelta(hours=1)
            if length:
                found[by(one)][0] += length if one.holder else 0
                found[by(one)][1] += length
        return {key: tuple(both) for key, both in found.items()}

    def course(self, begin, end, by):
        """Return hours booked and in service by what `by` says of a group and the beginning of a quarter of an hour."""
        found = defaultdict(lambda: [0, 0])
        for one in self.stretches:
            first, last = max(one.begin, begin), min(one.end, end)
            while first < last:
                quarter = begin + (first - begin) // QUARTER * QUARTER
                until = min(last, quarter + QUARTER)
                length = (until - first) / timedelta(hours=1)
                found[by(one.group, quarter)][0] += length if one.holder else 0
                found[by(one.group, quarter)][1] += length
                first = until
        return {key: tuple(both) for key, both in found.items()}

    def begun(self, begin, end):
        """Count the bookings that began by group."""
        return Counter(known["group"] for (_, began), known in self.bookings.items() if begin <= began < end)

    def lengths(self, begin, end):
        """Return the hours of the bookings that ended."""
        ended = [(began, known["end"]) for (_, began), known in self.bookings.items() if known["end"]]
        return sorted((last - began) / timedelta(hours=1) for began, last in ended if begin <= last < end)


def _has_turn(before, state, email, since):
    """Tell whether somebody who waits no longer has what they waited for."""
    holds = {(vm.hold.email, vm.hold.since) for vm in state.vms.values() if vm.hold and vm.hold.until}
    return (email, since) in holds or email in {holder for _, holder, _ in _bookings(state) - _bookings(before)}


def _bookings(state):
    return {(vm.number, vm.holder, vm.booking.booked_at) for vm in state.vms.values() if vm.booking}
