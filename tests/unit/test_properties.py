"""Run rules in random order and check the invariants after each step. They are in any_world.py."""

from hypothesis import Phase, settings, strategies as st
from hypothesis.stateful import rule

from loadzone.datafile.reader import read_state
from loadzone.domain.hearing import when_silent
from loadzone.domain.records import Group
from loadzone.rules import booking, deletions, expiry, groups, hand_over, history, inventory, people, queue, undelete
from support.world import ALICE, BOB, CHARLIE
from unit import invariants
from unit.any_world import DORA, AnyWorld

PEOPLE = st.sampled_from([ALICE, BOB, CHARLIE, DORA])
VMS = st.sampled_from(["a", "b", "c", "d"])
NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f"])
GROUPS = st.sampled_from([1, 1, 1, 2, 3])
HOURS = st.floats(0.01, 30)
COUNTS = st.integers(1, 3)
SOME = st.lists(PEOPLE, min_size=1, max_size=4)
NTH = st.integers(0, 3)
SILENCE = st.none() | st.just(20)
PLACES = st.one_of(VMS.map(lambda vm: {"vm_id": vm}), GROUPS.map(lambda group: {"group_id": group}))


class AnyOrder(AnyWorld):
    # Bookings

    @rule(who=PEOPLE, vm=VMS, hours=HOURS, force=st.booleans(), beats=SILENCE)
    def book(self, who, vm, hours, force, beats):
        found, now = self.named(vm), self.world.now
        before = found and found.booking
        silent = before and when_silent(before, self.world.hearing, now)
        ended = before and (before.expires_at <= now or (silent and silent <= now))
        self.attempt(booking.book, actor=who, vm_id=vm, hours=hours, force=force, heartbeat_minutes=beats)
        if before and not ended:
            assert self.named(vm).holder == before.holder

    @rule(to=PEOPLE, vm=VMS, hours=HOURS, force=st.booleans())
    def book_for(self, to, vm, hours, force):
        booked = self.attempt(booking.book, actor=ALICE, vm_id=vm, hours=hours, force=force, email=to)
        assert booked is None or booked.holder == to

    @rule(who=PEOPLE, hours=st.floats(0.1, 10))
    def book_all(self, who, hours):
        for vm in list(self.world.state.vms.values()):
            if vm.stands_free:
                self.attempt(booking.book, actor=who, vm_id=vm.id, hours=hours)

    @rule(who=PEOPLE, group=GROUPS, hours=HOURS, count=COUNTS)
    def book_any(self, who, group, hours, count):
        vms = self.attempt(booking.book_any, actor=who, group_id=group, hours=hours, count=count)
        if vms:
            assert [(vm.holder, vm.group) for vm in vms] == [(who, group)] * count
            assert len({vm.id for vm in vms}) == count

    @rule(n=NTH, who=st.sampled_from([None, ALICE, BOB]), hours=HOURS)
    def renew(self, n, who, hours):
        for vm in self.nth(n, lambda vm: vm.holder):
            self.attempt(booking.renew, actor=who or vm.holder, vm_id=vm.id, hours=hours)

    @rule(vms=st.lists(VMS, min_size=2, max_size=4, unique=True))
    def release_several(self, vms):
        booked = [vm for vm in vms if (found := self.named(vm)) and found.holder]
        self.attempt(booking.cancel_all, actor=ALICE, vm_ids=booked)

    @rule(vms=st.lists(VMS, min_size=2, max_size=4, unique=True), reason=st.sampled_from(["disk swap", None]))
    def maintain_several(self, vms, reason):
        known = [vm for vm in vms if self.named(vm)]
        self.attempt(inventory.edit_all, actor=ALICE, vm_ids=known, maintenance=reason)

    @rule(n=NTH, who=st.sampled_from([None, None, None, ALICE, BOB]))
    def release(self, n, who):
        for vm in self.nth(n, lambda vm: vm.holder):
            self.attempt(booking.cancel, actor=who or vm.holder, vm_id=vm.id)

    @rule(n=NTH, who=st.sampled_from([None, ALICE]), to=PEOPLE, force=st.booleans())
    def hand_over(self, n, who, to, force):
        for vm in self.nth(n, lambda vm: vm.holder):
            given = self.attempt(hand_over.hand_over, actor=who or vm.holder, vm_id=vm.id, email=to, force=force)
            if given:
                kept = (given.holder, given.booking.expires_at, given.booking.note, given.booking.end_set_at)
                assert kept == (to, vm.booking.expires_at, vm.booking.note, vm.booking.end_set_at)

    @rule(n=NTH, note=st.sampled_from(["", "x", "y"]))
    def change_note(self, n, note):
        for vm in self.nth(n, lambda vm: vm.holder):
            self.attempt(booking.change_note, actor=vm.holder, vm_id=vm.id, note=note)

    @rule()
    def jobs_send_heartbeats(self):
        for vm in list(self.world.state.vms.values()):
            if vm.booking and vm.booking.heartbeat_minutes:
                self.attempt(booking.beat, actor=vm.holder, vm_ids=[vm.id])

    # Queues

    @rule(who=SOME, place=PLACES, auto=st.booleans(), count=COUNTS, beats=SILENCE)
    def join(self, who, place, auto, count, beats):
        for one in who:
            arguments = {"hours": 2, "auto": auto, "heartbeat_minutes": beats, **place}
            answer = self.attempt(queue.join, actor=one, count=count if "group_id" in place else 1, **arguments)
            if answer:
                waiting = [waiter.email for waiter in self.place(**place).queue]
                number = waiting.index(one) + 1 if one in waiting else 0
                assert answer[1] == number or (answer[1] == 0 and self.place(**place).hold.email == one)
            self.world.later(seconds=1)

    @rule(who=PEOPLE, place=PLACES, by=st.sampled_from([ALICE, None]))
    def leave(self, who, place, by):
        self.attempt(queue.leave, actor=by or who, email=who, **place)

    @rule(n=NTH, hours=st.floats(0.01, 24))
    def take(self, n, hours):
        for vm in self.nth(n, lambda vm: vm.hold):
            self.attempt(booking.book, actor=vm.hold.email, vm_id=vm.id, hours=hours)

    @rule(n=NTH, hours=st.floats(0.01, 24))
    def take_by_force(self, n, hours):
        for vm in self.nth(n, lambda vm: vm.hold):
            self.attempt(booking.book, actor=ALICE, vm_id=vm.id, hours=hours, force=True)

    @rule(n=NTH)
    def pass_on(self, n):
        for vm in self.nth(n, lambda vm: vm.hold and vm.hold.until):
            self.attempt(queue.leave, actor=vm.hold.email, vm_id=vm.id)

    # Time

    @rule(minutes=st.integers(-30, 600) | st.integers(1, 20))
    def time_passes(self, minutes):
        self.world.later(minutes=minutes)

    @rule()
    def timer(self):
        self.attempt(queue.forget_silent)
        self.attempt(expiry.settle, vm_ids=list(self.world.state.vms))
        for vm in self.world.state.vms.values():
            deadline = self.world.next_deadline(vm)
            assert deadline is None or deadline > self.world.now

    @rule()
    def clean(self):
        self.attempt(history.clean_up)
        self.attempt(deletions.forget_old)
        kept = [*self.world.state.deleted.values()]
        assert not kept or kept[0].at > self.world.now - deletions.KEPT_FOR

    @rule()
    def restart(self):
        self.world.state, repairs = read_state(self.written())
        assert repairs == []
        waiting = [waiter for place in invariants.places(self.world.state) for waiter in place.queue]
        none_silent = invariants.without_silent(waiting, self.world.now) == waiting
        self.world.do(expiry.listen_again)
        before = self.world.state.copy()
        self.world.do(expiry.set_right)
        assert not none_silent or (self.world.state, self.world.events) == (before, []), "nothing needed a repair"
        self.timer()

    # Machines, groups, people

    @rule(vm=VMS, reason=st.sampled_from(["disk swap", None]))
    def maintenance(self, vm, reason):
        self.attempt(inventory.edit, actor=ALICE, vm_id=vm, maintenance=reason)

    @rule(vm=VMS, group=st.none() | GROUPS, move=st.sampled_from([inventory.add, inventory.edit, groups.remove_vm]))
    def a_machine_comes_or_moves(self, vm, group, move):
        self.attempt(move, actor=ALICE, vm_id=vm, group_id=group)

    @rule(vm=VMS, name=NAMES)
    def a_machine_is_renamed(self, vm, name):
        found, other = self.named(vm), self.world.state.vms.get(name)
        renamed = self.attempt(inventory.edit, actor=ALICE, vm_id=vm, name=name)
        assert bool(renamed) == bool(found and (other is None or other.id == found.id))
        if renamed:
            assert self.named(name) is self.named(found.id)

    @rule(group=GROUPS, name=st.sampled_from("xyz"))
    def a_group_is_renamed(self, group, name):
        self.attempt(groups.edit, actor=ALICE, group_id=group, name=name)

    @rule(group=GROUPS, name=st.sampled_from("xyz"), vms=st.lists(VMS, max_size=3), new=st.booleans())
    def a_group_grows(self, group, name, vms, new):
        if new:
            self.attempt(groups.create, actor=ALICE, name=name, vm_ids=vms)
        else:
            self.attempt(groups.add_vms, actor=ALICE, group_id=group, vm_ids=vms)

    @rule(
        what=st.sampled_from(["nothing", "nothing", "vm", "group", "person"]),
        vm=VMS,
        who=PEOPLE,
        again=st.booleans() | st.just(True),
    )
    def something_goes(self, what, vm, who, again):
        """Remove something, and most often add it again: otherwise little would be left after a few steps."""
        state = self.world.state
        if what == "vm":
            found = self.named(vm)
            group = found.group if found else None
            self.attempt(inventory.delete, actor=ALICE, vm_id=vm, force=again)
            self.attempt(inventory.add, actor=ALICE, vm_id=vm, group_id=group if again else None)
        elif what == "group":
            for group in list(state.groups.values())[:1]:
                self.attempt(groups.delete, actor=ALICE, group_id=group.id)
                self.attempt(groups.create, actor=ALICE, name="x", vm_ids=list(state.vms) if again else group.vm_ids)
        elif what == "person" and who not in (ALICE, DORA):
            self.remove(who)
            self.attempt(people.sign_in, email=who, session="again")

    @rule(vms=st.lists(VMS, min_size=1, max_size=3, unique=True), group=st.booleans())
    def something_is_deleted(self, vms, group):
        """Delete a group or machines that may not come again, except by an undo."""
        state = self.world.state
        if group:
            for group_id in list(state.groups)[:1]:
                self.attempt(groups.delete, actor=ALICE, group_id=group_id)
        else:
            known = [vm for vm in vms if vm in state.vms]
            self.attempt(inventory.delete_all, actor=ALICE, vm_ids=known, force=True)

    @rule(n=NTH)
    def a_deletion_is_undone(self, n):
        kept = [*self.world.state.deleted.values()]
        for deleted in kept[-1 - n :][:1]:
            place = deleted.place
            if isinstance(place, Group):
                self.attempt(undelete.undelete_group, actor=ALICE, group_id=place.id)
            else:
                others = [one.place.id for one in kept if one.at == deleted.at and isinstance(one.place, type(place))]
                answer = self.attempt(undelete.undelete_vms, actor=ALICE, vm_ids=others)
                assert answer is None or [vm.id for vm in answer[0]] == others

    def remove(self, who):
        self.attempt(people.remove, actor=ALICE, email=who)
        waiting = {waiter.email for place in invariants.places(self.world.state) for waiter in place.queue}
        assert who not in waiting | {vm.hold.email for vm in self.world.state.vms.values() if vm.hold}


PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)  # without Phase.explain, which takes minutes
AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=40, phases=PHASES)
TestAnyOrder = AnyOrder.TestCase
