"""What a batch of lines changes: records of the usage tables, read when first needed and written once at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from loadzone.reports.usage import tables
from loadzone.reports.usage.instants import DAY, QUARTER
from loadzone.reports.usage.lengths import class_of
from loadzone.reports.usage.reading import keys_of, waits_of
from loadzone.reports.usage.writing import add_up, in_parts, upsert

NO_GROUP = 0  # the key of no group


@dataclass(slots=True)
class Machine:
    """A machine with the span that runs since `since`. `booking` is its beginning, `person` the key of its holder.

    `until` is the end that was set. When it has come, `person` may go before `booking` does: its line is yet to come.
    """

    vm: int
    vm_id: str
    since: int
    group_key: int = NO_GROUP
    gone: bool = False
    in_service: bool = True
    booking: int | None = None
    person: int | None = None
    until: int | None = None

    @property
    def counts(self) -> bool:
        """True if its time counts as in service: booked time always does."""
        return self.person is not None or (self.in_service and not self.gone)


@dataclass(slots=True)
class Booking:
    """A booking, by the machine and its beginning."""

    vm: int
    began: int
    group_key: int
    person: int
    ended: int | None = None
    how: str | None = None

    @property
    def length(self) -> int | None:
        """The class of its length; None while it runs."""
        return None if self.ended is None else class_of(self.ended - self.began)


@dataclass(slots=True)
class Wait:
    """A wait for a machine (`vm`) or a group (`vm` 0). `turn` tells whether the turn came at its end."""

    person: int
    began: int
    vm: int
    group_key: int
    ended: int | None = None
    turn: bool | None = None

    @property
    def key(self) -> tuple[int, int, int, int]:
        """What it is known by."""
        return self.person, self.began, self.vm, self.group_key

    @property
    def length(self) -> int | None:
        """The class of its length; None while it lasts."""
        return None if self.ended is None else class_of(self.ended - self.began)


@dataclass(slots=True)
class Group:
    """A group, by a key that stays its own."""

    key: int
    group_id: int
    name: str
    gone: bool = False


@dataclass(slots=True)
class Span:
    """A stretch of a machine's time in which nothing changed."""

    vm: int
    began: int
    ended: int
    group_key: int
    person: int | None


class Kept:
    """The records that lines change. `flush` writes them, in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._machines: dict[int, Machine | None] = {}
        self._machines_before: dict[int, Machine] = {}
        self._bookings: dict[tuple[int, int], Booking | None] = {}
        self._waits: dict[str, list[Wait]] = {}
        self._people: dict[tuple[str, str], int] = {}
        self._groups = [Group(*row) for row in connection.execute(select(tables.groups).order_by(tables.groups.c.key))]
        self._groups_before = [replace(group) for group in self._groups]
        self._spans: list[Span] = []
        self._edges: dict[tuple[int, int], list[int]] = {}

    def read_machines(self, numbers: Iterable[int]) -> None:
        """Read these machines together; `machine` then needs not ask."""
        missing = [number for number in dict.fromkeys(numbers) if number not in self._machines]
        columns = tables.machines.c
        for some in in_parts(missing):
            self._machines.update(dict.fromkeys(some))
            query = select(
                columns.vm,
                columns.vm_id,
                columns.since,
                columns.group_key,
                columns.gone,
                columns.in_service,
                columns.booking,
                columns.person,
                columns.until,
            ).where(columns.vm.in_(some))
            read = [Machine(*row) for row in self._connection.execute(query)]
            self._machines.update({machine.vm: machine for machine in read})
            self._machines_before.update({machine.vm: replace(machine) for machine in read})

    def read_all(self) -> None:
        """Read all machines."""
        self.read_machines(self._connection.execute(select(tables.machines.c.vm)).scalars())

    @property
    def machines(self) -> list[Machine]:
        """The machines that were read or added."""
        return [machine for machine in self._machines.values() if machine]

    @property
    def groups(self) -> list[Group]:
        """All groups, in the order in which they came."""
        return self._groups

    def machine(self, number: int) -> Machine | None:
        """Return the machine of this inner number."""
        self.read_machines([number])
        return self._machines[number]

    def add_machine(self, machine: Machine) -> None:
        """Begin to keep a machine."""
        self._machines[machine.vm] = machine
        self._note_edge(machine, machine.since, 1)

    def change(self, machine: Machine, at: int, **changes: bool | int | str | None) -> None:
        """Change the machine at this time: the span that runs ends, and another begins. Never before the one that runs.

        What has its name or nothing changed goes on in the same span.
        """
        old = (machine.group_key, machine.counts, machine.person)
        before = replace(machine)
        for name, value in changes.items():
            setattr(machine, name, value)
        if (machine.group_key, machine.counts, machine.person) == old:
            return
        at = max(at, machine.since)
        if before.counts and at > machine.since:
            self._spans.append(Span(machine.vm, machine.since, at, before.group_key, before.person))
        machine.since = at
        self._note_edge(before, at, -1)
        self._note_edge(machine, at, 1)

    def booking(self, vm: int, began: int) -> Booking | None:
        """Return the booking of the machine that began at this time."""
        if (vm, began) not in self._bookings:
            columns = tables.bookings.c
            query = select(
                columns.vm, columns.began, columns.group_key, columns.person, columns.ended, columns.how
            ).where(columns.vm == vm, columns.began == began)
            row = self._connection.execute(query).first()
            self._bookings[vm, began] = Booking(*row) if row else None
        return self._bookings[vm, began]

    def add_booking(self, booking: Booking) -> None:
        """Keep a booking that begins."""
        self._bookings[booking.vm, booking.began] = booking

    def end_booking(self, machine: Machine, at: int, how: str) -> None:
        """End the booking that the machine has, if it has one."""
        if machine.booking is None:
            return
        booking = self.booking(machine.vm, machine.booking)
        if booking:
            booking.ended, booking.how = max(at, booking.began), how
        self.change(machine, at, booking=None, person=None, until=None)

    def read_people(self, emails: Iterable[str]) -> None:
        """Read these people and their waits that are not over together; `person` and `waits` then need not ask."""
        for some in in_parts([email for email in dict.fromkeys(emails) if email not in self._waits]):
            self._people.update(keys_of(self._connection, some))
            self._waits.update((email, []) for email in some)
            for email, row in waits_of(self._connection, some, tables.waits.c.ended.is_(None)):
                self._waits[email].append(Wait(*row))

    def waits(self, email: str) -> list[Wait]:
        """Return the person's waits that are not over, or were changed by these lines."""
        self.read_people([email])
        return self._waits[email]

    def read_ended_waits(self, email: str, began: int) -> None:
        """Read the person's waits that began at this time, also where they are over."""
        read = [Wait(*row) for _, row in waits_of(self._connection, [email], tables.waits.c.began == began)]
        self._waits[email] += [wait for wait in read if wait.key not in {known.key for known in self.waits(email)}]

    def read_lasting_waits(self) -> dict[str, list[Wait]]:
        """Return everybody's waits that are not over."""
        columns = tables.people.c
        lasting = select(tables.waits.c.person).where(tables.waits.c.ended.is_(None))
        emails = self._connection.execute(select(columns.email).where(columns.key.in_(lasting)).distinct()).scalars()
        return {email: [wait for wait in self.waits(email) if wait.ended is None] for email in emails.all()}

    def forget_wait(self, email: str, wait: Wait) -> None:
        """Forget a wait."""
        self._waits[email].remove(wait)
        columns = tables.waits.c
        values = zip((columns.person, columns.began, columns.vm, columns.group_key), wait.key, strict=True)
        self._connection.execute(tables.waits.delete().where(*(column == value for column, value in values)))

    def person(self, email: str, token: str = "") -> int:
        """Return the key of the person, or of their token of this name."""
        known = self._people.get((email, token))
        if known is None:
            columns = tables.people.c
            query = select(columns.key).where(columns.email == email, columns.token == token)
            known = self._connection.execute(query).scalar()
            if known is None:
                known = (self._connection.execute(select(func.max(columns.key))).scalar() or 0) + 1
                self._connection.execute(tables.people.insert().values(key=known, email=email, token=token))
            self._people[email, token] = known
        return known

    def group(self, group_id: int | None) -> Group | None:
        """Return the group that has this id, or had it last."""
        return next((group for group in reversed(self._groups) if group.group_id == group_id), None)

    def group_key(self, group_id: int | None, name: str) -> int:
        """Return the key of the group, which is kept from now on if it was not known."""
        if group_id is None:
            return NO_GROUP
        return (self.group(group_id) or self.add_group(group_id, name)).key

    def add_group(self, group_id: int, name: str) -> Group:
        """Begin to keep a group."""
        group = Group(len(self._groups) + 1, group_id, name)
        self._groups.append(group)
        return group

    def flush(self) -> None:
        """Write what has changed."""
        write = self._connection
        upsert(write, tables.groups, [group for group in self._groups if group not in self._groups_before])
        before = self._machines_before
        upsert(write, tables.machines, [one for one in self.machines if one != before.get(one.vm)])
        upsert(write, tables.bookings, [booking for booking in self._bookings.values() if booking])
        upsert(write, tables.waits, [wait for waits in self._waits.values() for wait in waits])
        pieces = [piece for span in self._spans for piece in _by_day(span)]
        for some in in_parts(pieces):
            write.execute(tables.spans.insert(), some)
        add_up(write, tables.quarters, [(*key, *edge) for key, edge in self._edges.items() if any(edge)])

    def _note_edge(self, machine: Machine, at: int, sign: int) -> None:
        """Note the beginning (+1) or the end (-1) of the machine's span."""
        if not machine.counts:
            return
        edge = self._edges.setdefault((at // QUARTER, machine.group_key), [0, 0, 0, 0])
        if machine.person is not None:
            edge[0] += sign
            edge[1] += sign * at
        edge[2] += sign
        edge[3] += sign * at


def _by_day(span: Span) -> Iterator[dict[str, int | None]]:
    """Yield the pieces of the span, each within a day."""
    for day in range(span.began // DAY, (span.ended - 1) // DAY + 1):
        yield {
            "day": day,
            "vm": span.vm,
            "began": max(span.began, day * DAY),
            "ended": min(span.ended, (day + 1) * DAY),
            "group_key": span.group_key,
            "person": span.person,
        }
