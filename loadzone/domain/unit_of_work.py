"""The unit of work in which a rule runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar, cast

from loadzone.domain import tallies
from loadzone.domain.act import Act
from loadzone.domain.commit import Touched
from loadzone.domain.events import Event
from loadzone.domain.hearing import AlwaysHearing, Hearing, when_silent
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.limits import Limits
from loadzone.domain.named_table import NamedTable, former_ids_of, id_of, name_of, vm_named
from loadzone.domain.people import Entry, Letter, User
from loadzone.domain.pseudonym import Pseudonym
from loadzone.domain.records import Booking, Deleted, Group, Place, State, Tally, Vm, Waiter
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.table_overlay import TableOverlay
from loadzone.domain.unserved import Unserved
from loadzone.domain.versions import versioned

T = TypeVar("T")
AT_A_STRETCH = 200  # records that a rule looks at before others go on; some milliseconds of work


class Tables(Protocol):
    """The tables to read from: a State or a UnitOfWork."""

    @property
    def vms(self) -> Mapping[str, Vm]:
        """Machines by id."""
        ...

    @property
    def groups(self) -> Mapping[int, Group]:
        """Groups by id."""
        ...

    @property
    def users(self) -> Mapping[str, User]:
        """People by address."""
        ...


def _go_on() -> None:
    pass


class UnitOfWork:
    """The state that one rule sees and changes, with the time and the settings that hold for it.

    It reads through to `base` and keeps what it writes until `apply_to` takes it over, so dropping it leaves nothing
    behind. `now` is UTC. `heard_until` is what is noted of a job that is heard now (domain/hearing.py). `pause` lets
    readers be answered; `paced` calls it.

    `lines` are added to people's own histories at the end. `told_by_answer` are the people whom the answer to this very
    call tells that they are served: they need no letter. `via` is how it is done, as in HistoryLine. Lines of the
    history with an id up to `moved` need not wait any more.
    """

    def __init__(
        self,
        base: State,
        now: datetime,
        limits: Limits,
        hearing: Hearing | None = None,
        pause: Callable[[], None] = _go_on,
        via: str = "",
        moved: int = 0,
    ) -> None:
        self.now = now
        self._hearing = hearing or AlwaysHearing()
        self.heard_until = self._hearing.heard_at(now)
        self.limits = limits
        self.pause = pause
        self.via = via
        self.moved = moved
        self.epoch = base.epoch
        self.last_number = base.last_number
        first = base.revision + 1  # not 1: a name or number that comes again must not look like the one that went
        self.vms = NamedTable(base.vms, id_of, self._note_vm, partial(self._prepared_vm, first), former_ids_of)
        self.groups = NamedTable(base.groups, name_of, self._note_group, partial(versioned, first=first))
        self.users = TableOverlay(base.users)
        self.letters: TableOverlay[str, Letter] = TableOverlay(base.letters)
        self.deleted: TableOverlay[str | int, Deleted] = TableOverlay(base.deleted)
        self.history: TableOverlay[int, HistoryLine] = TableOverlay(base.history)
        self.tallies = TableOverlay(tallies.of(base), self._note_tally)
        self.events: list[Event] = []
        self.acts: list[Act] = []
        self.lines: dict[str, list[Entry]] = {}
        self.told_by_answer: set[str] = set()
        self.pseudonyms: list[Pseudonym] = []
        self.first_waiters: dict[int, tuple[Waiter, ...]] = {}  # by group; rules/turns.py keeps them here
        self._unserved = Unserved()

    def tell(self, event: Event) -> None:
        """Note an event. Listeners get it after the commit."""
        self.events.append(event)
        if event.is_act:
            vm = self.vms.get(event.vm_id) if event.vm_id else None
            self.acts.append(Act(event, vm, self.group_of(vm) if vm else None))

    def next_number(self) -> int:
        """Return a number that no line of the history and no machine has had."""
        self.last_number += 1
        return self.last_number

    def write(self, place: Place) -> None:
        """Write a machine or a group."""
        if isinstance(place, Vm):
            self.vms[place.id] = place
        else:
            self.groups[place.id] = place

    def paced(self, records: Iterable[T]) -> Iterator[T]:
        """Yield the records, and let readers be answered now and then meanwhile."""
        for number, record in enumerate(records, start=1):
            yield record
            if number % AT_A_STRETCH == 0:
                self.pause()

    def silent_from(self, job: Booking | Waiter) -> datetime | None:
        """Return when the job that keeps this alive has been silent for too long; None: no job does."""
        return when_silent(job, self._hearing, self.now)

    def is_silent(self, job: Booking | Waiter) -> bool:
        """Tell whether the job that keeps this alive has been silent for too long."""
        moment = self.silent_from(job)
        return moment is not None and moment <= self.now

    def take_unserved(self) -> Unserved:
        """Return the changes since the last call."""
        unserved, self._unserved = self._unserved, Unserved()
        return unserved

    def serve_all(self) -> None:
        """Have every queue served at the end of the unit of work."""
        self._unserved.all = True

    def latest(self, result: T) -> T:
        """Return what a rule returned, with its machines and groups as they are now."""
        if isinstance(result, Vm):
            return cast(T, self.vms.get(result.id, result))
        if isinstance(result, Group):
            return cast(T, self.groups.get(result.id, result))
        if isinstance(result, (list, tuple)):
            return cast(T, type(result)(map(self.latest, result)))
        return result

    def apply_to(self, state: State) -> Touched:
        """Write all changes into `state`; return the touched keys in the order of writing."""
        self.tallies.apply_to(tallies.of(state))
        state.epoch, state.last_number = self.epoch, self.last_number
        return Touched(
            self.vms.apply_to(state.vms),
            self.groups.apply_to(state.groups),
            self.users.apply_to(state.users),
            self.letters.apply_to(state.letters),
            self.deleted.apply_to(state.deleted),
            self.history.apply_to(state.history),
            self.vms.has_moved,
        )

    def _prepared_vm(self, first: int, before: Vm | None, after: Vm) -> Vm:
        after = versioned(before, after, first)
        return after if after.number else replace(after, number=self.next_number())

    def _note_vm(self, vm_id: str, old: Vm | None, new: Vm | None) -> None:
        self._unserved.vms.setdefault(vm_id, old)
        tallies.change_vm(self.tallies, old, new)

    def _note_group(self, group_id: int, old: Group | None, new: Group | None) -> None:
        self._unserved.groups.setdefault(group_id, old)
        tallies.change_group(self.tallies, old, new)
        self.first_waiters.pop(group_id, None)

    def _note_tally(self, email: str, old: Tally | None, new: Tally | None) -> None:
        self._unserved.has.setdefault(email, old.has if old else 0)
        self.first_waiters.clear()

    # Queries by key

    def vm(self, name: str) -> Vm:
        """Return the machine of this name, also of a former or a same one (`vm_named`); its `id` may be another.

        Raises Refusal: no_such_vm.
        """
        return self.vms.get(name) or vm_named(self.vms, name) or refuse("no_such_vm", vm_id=name)

    def vms_named(self, names: Iterable[str]) -> list[Vm]:
        """Return the machines of these names, each once. Raises Refusal: no_such_vm."""
        return list({vm.id: vm for vm in map(self.vm, self.paced(names))}.values())

    def by_vm(self, values: Mapping[str, T]) -> dict[str, T]:
        """Return the values by the ids of the machines that their keys name. Raises Refusal: no_such_vm."""
        by_id: dict[str, T] = {}
        for name, value in self.paced(values.items()):
            vm_id = self.vm(name).id
            if vm_id == name or vm_id not in by_id:  # the exact name wins
                by_id[vm_id] = value
        return by_id

    def group(self, group_id: int) -> Group:
        """Return the group. Raises Refusal: no_such_group."""
        return self.groups.get(group_id) or refuse("no_such_group", group_id=group_id)

    def user(self, email: str) -> User:
        """Return the person. Raises Refusal: no_such_user."""
        return self.users.get(email) or refuse("no_such_user", email=email)

    def group_of(self, vm: Vm) -> Group | None:
        """Return the group that the machine is in."""
        return None if vm.group is None else self.groups.get(vm.group)

    def tally(self, email: str) -> Tally:
        """Return the number of machines that the person has, and the groups in whose queues they wait."""
        return self.tallies.get(email, tallies.NONE)

    def vms_of(self, group: Group) -> list[Vm]:
        """Return the machines of the group, in its order."""
        return [vm for vm in map(self.vms.get, group.vm_ids) if vm]

    # Queries that look through a whole table

    def vms_booked_by(self, email: str) -> list[Vm]:
        """Return the machines that this person has booked."""
        return [vm for vm in self.vms.values() if vm.booking and vm.booking.holder == email]

    def vms_held(self) -> list[Vm]:
        """Return the machines that are held, or kept, for somebody."""
        return [vm for vm in self.vms.values() if vm.hold]

    def vms_kept_alive(self) -> list[Vm]:
        """Return the machines whose booking ends when its job goes silent."""
        return [vm for vm in self.vms.values() if vm.booking and vm.booking.heartbeat_minutes]

    def vms_booked_without_end(self) -> list[Vm]:
        """Return the machines booked without an end, which only a file of the original system has."""
        return [vm for vm in self.vms.values() if vm.booking and not vm.booking.expires_at]

    def vms_waited_for(self) -> list[Vm]:
        """Return the machines with somebody in their own queue or in their group's."""
        waited_for = {group.id for group in self.groups.values() if group.queue}
        return [vm for vm in self.vms.values() if vm.queue or vm.group in waited_for]

    def vms_waited_for_by(self, emails: Set[str]) -> list[Vm]:
        """Return the machines in whose own queue one of these people waits."""
        return [vm for vm in self.vms.values() if any(waiter.email in emails for waiter in vm.queue)]

    def places_with_queue(self) -> list[Place]:
        """Return everything that somebody waits for, groups first."""
        places: list[Place] = [*self.groups.values(), *self.vms.values()]
        return [place for place in places if place.queue]

    def groups_with_queue(self) -> list[Group]:
        """Return the groups that somebody waits for."""
        return [group for group in self.groups.values() if group.queue]

    def admins(self) -> set[str]:
        """Return the addresses of the people whom an admin made admin."""
        return {email for email, user in self.users.items() if user.role == "admin"}

    def owner_of_token(self, token_id: str) -> User | None:
        """Return the person whose token this is."""
        return next((user for user in self.users.values() if token_id in user.tokens), None)

    def tokens_expired_between(self, after: datetime, until: datetime) -> dict[str, tuple[str, ...]]:
        """Return the ids of tokens that expired after `after` and until `until`, by their owners' addresses."""
        found = {
            email: tuple(token.id for token in user.tokens.values() if after < token.expires <= until)
            for email, user in self.users.items()
        }
        return {email: ids for email, ids in found.items() if ids}

    def sessions_last_used_between(self, after: datetime, until: datetime) -> dict[str, tuple[str, ...]]:
        """Return the names of sessions last used after `after` and until `until`, by their owners' addresses."""
        found = {
            email: tuple(name for name, session in user.sessions.items() if after < session.used <= until)
            for email, user in self.users.items()
        }
        return {email: names for email, names in found.items() if names}
