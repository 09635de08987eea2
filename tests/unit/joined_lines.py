"""What the lines of the history say when they are joined: who has, holds and waits for what."""

from loadzone.lib.times import parse_time


class Joined:
    """Bookings, holds and waits as the lines tell them. A machine is known by its number, a group by its id."""

    def __init__(self):
        self.bookings = {}  # (holder, since when, until when) by machine
        self.holds = {}  # (person, since when they waited, in which queue) by machine
        self.waits = {}  # since when, by queue and person
        self.groups = {}  # by machine; None: none

    def add(self, line):
        vm, booking = line.vm, self.bookings.get(line.vm)
        if line.action in ("booked", "auto_booked", "handed_over"):
            self._begin(line, booking)
        elif line.action in ("renewed", "end_set"):
            assert booking[:2] == (line.email, line.booking), line
            self.bookings[vm] = (*booking[:2], line.until)
        elif line.action in ("released", "force_released", "expired", "silent"):
            self._end(line)
        elif line.action.startswith(("queue", "hold", "held", "waiting")):
            self._wait(line)
        elif line.action == "note_changed":
            assert booking[:2] == (line.email, line.booking), line
        if line.action.startswith("vm_"):
            self._change_vm(line)

    def _begin(self, line, before):
        if line.action == "handed_over":
            assert before[0] == line.changed["email"][0], line
            assert line.changed["email"][1] == line.email
        else:
            assert before is None, line
        self.bookings[line.vm] = line.email, line.booking, line.until
        self.holds.pop(line.vm, None)
        self.waits.pop((("vm", line.vm), line.email), None)
        if line.action == "auto_booked":
            self._serve(line, parse_time(line.changed["since"][0]))

    def _serve(self, line, since):
        """End the wait in the machine's own queue, or in that of its group; return the queue."""
        for queue in (("vm", line.vm), ("group", line.group_id)):
            if self.waits.get((queue, line.email)) == since:
                del self.waits[queue, line.email]
                return queue
        return None

    def _end(self, line):
        assert self.bookings.pop(line.vm)[:2] == (line.email, line.booking), line
        assert line.until <= line.at, line

    def _wait(self, line):
        place = ("vm", line.vm) if line.vm_id else ("group", line.group_id)
        if line.action in ("queue_joined", "queue_back"):
            assert (place, line.email) not in self.waits, line
            self.waits[place, line.email] = line.booking
        elif line.action == "queue_changed":
            assert self.waits[place, line.email] == line.booking, line
        elif line.action.startswith("queue_"):
            assert self.waits.pop((place, line.email)) == line.booking, line
        elif line.action == "held":
            self.holds[line.vm] = line.email, line.booking, self._serve(line, line.booking) or self._same(line)
        else:
            email, since, queue = self.holds.pop(line.vm)
            assert (email, since) == (line.email, line.booking), line
            if line.action in ("hold_taken", "waiting_maintenance"):
                self._wait_again(queue, email, since)

    def _same(self, line):
        """Return the queue of other machines that are held for the same turn, or the machine's own queue."""
        same = [queue for email, since, queue in self.holds.values() if (email, since) == (line.email, line.booking)]
        return same[0] if same else ("vm", line.vm)

    def _wait_again(self, queue, email, since):
        self.waits[queue, email] = min(since, self.waits.get((queue, email), since))

    def _change_vm(self, line):
        self.groups[line.vm] = line.group_id
        hold = self.holds.get(line.vm)
        if line.action == "vm_moved" and hold:
            self.holds[line.vm] = (*hold[:2], ("vm", line.vm))
        elif line.action == "vm_undeleted" and line.booking:
            self.bookings[line.vm] = line.email, line.booking, line.until
        elif line.action == "vm_deleted":
            if line.booking:
                self._end(line)
            del self.groups[line.vm]
            if hold and hold[2] == ("vm", line.vm):
                del self.holds[line.vm]
                self._wait_again(hold[2], *hold[:2])


def joined_of(state):
    """Return the same as the state has it."""
    joined = Joined()
    for vm in state.vms.values():
        joined.groups[vm.number] = vm.group
        if vm.booking:
            joined.bookings[vm.number] = vm.booking.holder, vm.booking.booked_at, vm.booking.expires_at
        if vm.hold and vm.hold.until:
            joined.holds[vm.number] = vm.hold.email, vm.hold.since
        for waiter in vm.queue:
            joined.waits[("vm", vm.number), waiter.email] = waiter.since
    for group in state.groups.values():
        for waiter in group.queue:
            joined.waits[("group", group.id), waiter.email] = waiter.since
    return joined


def check(joined, state):
    """Check that the lines say what the state has."""
    true = joined_of(state)
    assert joined.bookings == true.bookings
    assert {vm: hold[:2] for vm, hold in joined.holds.items()} == true.holds
    assert joined.waits == true.waits
    assert joined.groups == true.groups
