"""The unit of work in which a rule runs, and the store that makes it durable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from loadzone.domain.events import Event
from loadzone.domain.limits import Limits
from loadzone.domain.lookalikes import skeleton
from loadzone.domain.records import Group, Letter, Place, State, User, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.versions import versioned

K = TypeVar("K")
R = TypeVar("R")


class CannotSave(Exception):
    """The change could not be written to disk, so it did not happen.

    With `unsure` it happened and is in force, but may not survive a power cut.
    """

    def __init__(self, unsure: bool = False) -> None:
        super().__init__("cannot save")
        self.unsure = unsure


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


class Transactions(Protocol):
    """Runs units of work."""

    def transaction(self, open_unit: Callable[[State], UnitOfWork]) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work with `open_unit` on the latest state, and commit it at the end of the block.

        Leaving the block returns once the change is on disk; an exception in it leaves nothing behind.
        Raises CannotSave.
        """
        ...


class Store(Transactions, Protocol):
    """Keeps the state. `storage.JsonStore` is one."""

    @property
    def snapshot(self) -> State:
        """The last committed state, which never changes."""
        ...

    def subscribe(self, listener: Callable[[Commit], None]) -> None:
        """Call `listener` with every commit, in order. It must be quick and must not change the store."""
        ...

    @property
    def is_failing(self) -> bool:
        """True if the last write failed: changes are refused."""
        ...

    def check(self) -> None:
        """Raise CannotSave unless a write would succeed now."""
        ...


@dataclass(slots=True)
class Touched:
    """The keys that a change wrote or removed, by table; each table is an ordered set."""

    vms: dict[str, None] = field(default_factory=dict)
    groups: dict[int, None] = field(default_factory=dict)
    users: dict[str, None] = field(default_factory=dict)
    letters: dict[str, None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.vms or self.groups or self.users or self.letters)

    def add(self, other: Touched) -> None:
        """Take over the keys of another."""
        for table in fields(self):
            getattr(self, table.name).update(getattr(other, table.name))


@dataclass(frozen=True, slots=True)
class Commit:
    """The changes of one write: the states before and after, the touched keys, the events in order.

    `visible`: a reader of the board can see it. Only then is `after.revision` one more than before.
    """

    before: State
    after: State
    touched: Touched
    events: tuple[Event, ...]
    visible: bool


class UnitOfWork:
    """The state that one rule sees and changes, with the time and the settings that hold for it.

    It reads through to `base` and keeps what it writes until `apply_to` takes it over, so dropping it leaves nothing
    behind. `now` is UTC. `heard_until` is the time by a clock that runs only while the server can hear
    (lib/listening_clock.py); the silence of jobs is measured by it.
    """

    def __init__(self, base: State, now: datetime, limits: Limits, heard_until: datetime | None = None) -> None:
        self.now = now
        self.heard_until = heard_until or now
        self.limits = limits
        first = base.revision + 1  # not 1: a name or number that comes again must not look like the one that went
        self.vms = TableOverlay(base.vms, partial(versioned, first=first))
        self.groups = TableOverlay(base.groups, partial(versioned, first=first))
        self.users = TableOverlay(base.users)
        self.letters: TableOverlay[str, Letter] = TableOverlay(base.letters)
        self.events: list[Event] = []

    def tell(self, event: Event) -> None:
        """Note an event. Listeners get it after the commit."""
        self.events.append(event)

    def write(self, place: Place) -> None:
        """Write a machine or a group."""
        if isinstance(place, Vm):
            self.vms[place.id] = place
        else:
            self.groups[place.id] = place

    def apply_to(self, state: State) -> Touched:
        """Write all changes into `state`; return the touched keys in the order of writing."""
        return Touched(
            self.vms.apply_to(state.vms),
            self.groups.apply_to(state.groups),
            self.users.apply_to(state.users),
            self.letters.apply_to(state.letters),
        )

    # Queries by key

    def vm(self, vm_id: str) -> Vm:
        """Return the machine. Raises Refusal: no_such_vm."""
        return self.vms.get(vm_id) or refuse("no_such_vm", vm_id=vm_id)

    def group(self, group_id: int) -> Group:
        """Return the group. Raises Refusal: no_such_group."""
        return self.groups.get(group_id) or refuse("no_such_group", group_id=group_id)

    def user(self, email: str) -> User:
        """Return the person. Raises Refusal: no_such_user."""
        return self.users.get(email) or refuse("no_such_user", email=email)

    def group_of(self, vm: Vm) -> Group | None:
        """Return the group that the machine is in."""
        return None if vm.group is None else self.groups.get(vm.group)

    def vms_of(self, group: Group) -> list[Vm]:
        """Return the machines of the group, in its order."""
        return [vm for vm in map(self.vms.get, group.vm_ids) if vm]

    # Queries that look through a whole table

    def group_named(self, name: str) -> Group | None:
        """Return the first group whose name looks the same."""
        wanted = skeleton(name)
        return next((group for group in self.groups.values() if skeleton(group.name) == wanted), None)

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
            email: tuple(name for name, seen in user.sessions.items() if after < seen <= until)
            for email, user in self.users.items()
        }
        return {email: names for email, names in found.items() if names}


class TableOverlay(MutableMapping[K, R]):
    """A mapping over another that stays as it is; new, changed and removed records are kept here.

    `prepare(before, record)` returns what is kept in the place of a record that is written; `before` is that of `base`.
    """

    __slots__ = ("_base", "_prepare", "_removed", "_written")

    def __init__(self, base: dict[K, R], prepare: Callable[[R | None, R], R] = lambda before, record: record) -> None:
        self._base = base
        self._prepare = prepare
        self._written: dict[K, R] = {}
        self._removed: dict[K, None] = {}

    def __getitem__(self, key: K) -> R:
        if key in self._written:
            return self._written[key]
        if key in self._removed:
            raise KeyError(key)
        return self._base[key]

    def __setitem__(self, key: K, record: R) -> None:
        self._written[key] = self._prepare(self._base.get(key), record)

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._written.pop(key, None)
        if key in self._base:
            self._removed[key] = None

    def __iter__(self) -> Iterator[K]:
        for key in self._base:
            if key not in self._removed:
                yield key
        for key in self._written:
            if key not in self._base or key in self._removed:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def apply_to(self, table: dict[K, R]) -> dict[K, None]:
        """Write the changes into `table`; return the touched keys, removed ones first."""
        for key in self._removed:
            del table[key]
        table.update(self._written)
        return dict.fromkeys([*self._removed, *self._written])
