"""A world for rules in random order: how one is run in it, and what holds after each step."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.named_table import vm_named, vms_by_name
from loadzone.domain.refusal import Refusal
from loadzone.rules import groups, people
from support.world import ALICE, World
from unit import invariants, joined_lines
from unit.joined_lines import Joined

DORA = "dora@example.com"


class AnyWorld(RuleBasedStateMachine):
    @initialize(most=st.sampled_from([2, 100]))
    def begin(self, most):
        self.most = most
        self.world = World(max_ahead_hours=48, max_machines=most)
        self.follow_lines()
        self.world.do(people.sign_in, email=DORA, session="s")
        self.world.add("a", "b", "c")
        self.world.do(groups.create, actor=ALICE, name="x", vm_ids=["a", "b", "c"])

    def follow_lines(self):
        self.joined = Joined()
        self.world.seen = self.joined.add

    def attempt(self, rule_, **arguments):
        """Run a rule and return its result, or None if it refuses; a refusal must leave the state unchanged."""
        before = self.world.state.copy()
        try:
            answer = self.world.do(rule_, **arguments)
        except Refusal:
            assert self.world.state == before
            return None
        invariants.check_commit(before, self.world.state, self.world.now, self.world.events, self.most)
        invariants.check_versions(before, self.world.state, self.world.events)
        return answer

    @invariant()
    def waiters_are_served_in_order(self):
        invariants.check_state(self.world.state, self.world.now, self.most)

    @invariant()
    def bookings_are_whole_and_end_in_time(self):
        invariants.check_bookings(self.world.state, timedelta(hours=48))

    @invariant()
    def the_lines_of_the_history_joined_give_bookings_holds_and_waits(self):
        joined_lines.check(self.joined, self.world.state)

    @invariant()
    def a_former_name_leads_to_one_machine(self):
        invariants.check_former_names(self.world.state)

    @invariant()
    def machines_and_groups_agree(self):
        invariants.check_groups(self.world.state)

    @invariant()
    def the_file_reads_back_the_same(self):
        assert read_state(self.written()) == (self.world.state, [])

    def written(self):
        encoder = StateEncoder()
        encoder.mark_all(self.world.state)
        return encoder.encode(self.world.state)

    def nth(self, n, condition):
        """Return one of the machines that meet the condition, as a list: [vm], or [] if there is none."""
        matching = [vm for vm in self.world.state.vms.values() if condition(vm)]
        return matching[n % len(matching) :][:1] if matching else []

    def place(self, vm_id=None, group_id=None):
        return self.named(vm_id) if vm_id else self.world.state.groups[group_id]

    def named(self, name):
        """Return the machine of this name, or that had it before."""
        return vm_named(vms_by_name(self.world.state.vms), name)
