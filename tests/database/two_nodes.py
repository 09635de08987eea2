"""The world of the rules' tests, on two stores over one database, which take turns."""

from loadzone.domain import tallies
from loadzone.domain.commit import TABLES
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules.finish import finish
from support.stores import unit
from support.world import World


class TwoNodes(World):
    """A world whose state is that of the store that has run the last rule; the other one must have the same."""

    def __init__(self, stores, **settings):
        self.stores = list(stores)
        super().__init__(**settings)

    @property
    def state(self):
        return self.stores[0].snapshot

    @state.setter
    def state(self, state):
        """Take no other state than the same one: World begins with an empty one, and a walk restarts with its own."""
        assert state == self.state

    def do(self, rule, pause=lambda: None, **arguments):
        def open_unit(state):
            return UnitOfWork(state, self.now, self.limits, self.hearing, pause, moved=state.last_number)

        def work(uow):
            answer = rule(uow, **arguments)
            finish(uow)
            events.append(uow.events)
            return uow.latest(answer)

        events, last = [], self.state.last_number
        self.stores.reverse()
        answer = self.stores[0].do(open_unit, work)
        self.events = events[-1]
        self.compare()
        self.look_at_lines(last)
        return answer

    def compare(self):
        """Have the other node take over what it has missed, and compare."""
        first, second = self.stores
        second.do(unit, lambda uow: None)
        assert second.snapshot == first.snapshot
        for state in (first.snapshot, second.snapshot):
            assert state.tallies == tallies.count(state)
        for name in TABLES:
            assert list(getattr(second.snapshot, name)) == list(getattr(first.snapshot, name)), name
