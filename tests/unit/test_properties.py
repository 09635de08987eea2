"""Whatever happens in whatever order: the promises that hold at every moment."""

from datetime import timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from datafile import FileText, read_state
from rules import booking, expiry, groups, history, inventory, people
from rules.refusal import Refusal
from support.world import ALICE, BOB, CHARLIE, World

PEOPLE = st.sampled_from([ALICE, BOB, CHARLIE])
VMS = st.sampled_from(["a", "b", "c", "d"])
GROUPS = st.integers(1, 3)
HOURS = st.floats(0.01, 30)


class AnyOrder(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.world = World(max_ahead_hours=48)
        self.world.add("a", "b", "c")
        self.holders = {}

    def attempt(self, rule_, **asked):
        """Run it; a refusal must leave everything as it was."""
        before = self.world.state.copy()
        try:
            self.world.do(rule_, **asked)
        except Refusal:
            assert self.world.state == before

    @rule(who=PEOPLE, vm=VMS, hours=HOURS)
    def book(self, who, vm, hours):
        holder = self.world.state.vms[vm].booked_by if vm in self.world.state.vms else None
        ended = holder and self.world.state.vms[vm].expires_at <= self.world.now
        self.attempt(booking.book, actor=who, vm_id=vm, hours=hours)
        if holder and not ended:
            assert self.world.state.vms[vm].booked_by == holder

    @rule(who=PEOPLE, vm=VMS, hours=HOURS)
    def renew(self, who, vm, hours):
        self.attempt(booking.renew, actor=who, vm_id=vm, hours=hours)

    @rule(who=PEOPLE, vm=VMS)
    def release(self, who, vm):
        self.attempt(booking.cancel, actor=who, vm_id=vm)

    @rule(minutes=st.integers(-30, 600))
    def time_passes(self, minutes):
        self.world.later(minutes=minutes)

    @rule()
    def timer(self):
        self.world.do(expiry.settle, vm_ids=list(self.world.state.vms))
        for vm in self.world.state.vms.values():
            deadline = expiry.next_deadline(vm, self.world.limits)
            assert deadline is None or deadline > self.world.now

    @rule()
    def clean(self):
        self.world.do(history.clean_up)

    @rule(vm=VMS, group=st.none() | GROUPS)
    def add(self, vm, group):
        self.attempt(inventory.add, actor=ALICE, vm_id=vm, group_id=group)

    @rule(vm=VMS, group=st.none() | GROUPS)
    def edit(self, vm, group):
        self.attempt(inventory.edit, actor=ALICE, vm_id=vm, group_id=group)

    @rule(vm=VMS, force=st.booleans())
    def delete(self, vm, force):
        self.attempt(inventory.delete, actor=ALICE, vm_id=vm, force=force)

    @rule(name=st.sampled_from("xyz"), vms=st.lists(VMS, max_size=3))
    def create_group(self, name, vms):
        self.attempt(groups.create, actor=ALICE, name=name, vm_ids=vms)

    @rule(group=GROUPS, vms=st.lists(VMS, max_size=3))
    def add_to_group(self, group, vms):
        self.attempt(groups.add_vms, actor=ALICE, group_id=group, vm_ids=vms)

    @rule(vm=VMS, group=st.none() | GROUPS)
    def take_out(self, vm, group):
        self.attempt(groups.remove_vm, actor=ALICE, vm_id=vm, group_id=group)

    @rule(group=GROUPS)
    def delete_group(self, group):
        self.attempt(groups.delete, actor=ALICE, group_id=group)

    @rule(who=st.sampled_from([BOB, CHARLIE]))
    def remove_and_return(self, who):
        self.attempt(people.remove, actor=ALICE, email=who)
        self.attempt(people.sign_in, email=who, session="again")

    @invariant()
    def a_booking_has_a_holder_a_beginning_and_an_end(self):
        for vm in self.world.state.vms.values():
            facts = [vm.booked_by, vm.expires_at, vm.booked_at, vm.end_set_at]
            assert all(facts) or not any(facts)

    @invariant()
    def nothing_ends_later_than_allowed_when_its_end_was_set(self):
        for vm in self.world.state.vms.values():
            assert not vm.booked_by or vm.expires_at <= vm.end_set_at + timedelta(hours=48)

    @invariant()
    def machines_and_groups_agree(self):
        state = self.world.state
        listed = {(vm_id, group.id) for group in state.groups.values() for vm_id in group.vm_ids}
        assert listed == {(vm.id, vm.group) for vm in state.vms.values() if vm.group is not None}
        assert all(len(set(group.vm_ids)) == len(group.vm_ids) for group in state.groups.values())

    @invariant()
    def every_present_booking_is_in_its_holders_history(self):
        for vm in self.world.state.vms.values():
            if vm.booked_by:
                lines = self.world.state.users[vm.booked_by].bookings
                assert any((e.action, e.vm_id, e.start) == ("book", vm.id, vm.booked_at) for e in lines)

    @invariant()
    def the_file_says_the_same(self):
        text = FileText()
        text.mark_all(self.world.state)
        state, mended = read_state(text.render(self.world.state))
        assert (state, mended) == (self.world.state, [])


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyOrder = AnyOrder.TestCase
