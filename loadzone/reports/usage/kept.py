"""What a batch of lines changes: records of the usage tables, read when first needed and written once at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, func, select

from loadzone.reports.usage import tables
from loadzone.reports.usage.instants import DAY, QUARTER
from loadzone.reports.usage.late_sums import LateSums
from loadzone.reports.usage.reading import keys_of, waits_of
from loadzone.reports.usage.records import NO_GROUP, Booking, Group, Machine, Piece, Wait, pieces_of
from loadzone.reports.usage.writing import add_up, in_parts, upsert


class Kept:
    """Records that lines change; `flush` writes them, in the caller's transaction. Days before `summed` have sums."""

    def __init__(self, connection: Connection, summed: int) -> None:
        self._connection = connection
        self._summed = summed
        self._machines: dict[int, Machine | None] = {}
        self._machines_before: dict[int, Machine] = {}
        self._bookings: dict[tuple[int, int], Booking | None] = {}
        self._bookings_before: list[Booking] = []
        self._waits: dict[str, list[Wait]] = {}
        self._waits_before: list[Wait] = []  # of those that are over
        self._people: dict[tuple[str, str], int] = {}
        self._groups = [Group(*row) for row in connection.execute(select(tables.groups).order_by(tables.groups.c.key))]
        self._groups_before = [replace(group) for group in self._groups]
        self._pieces: list[Piece] = []
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
            self._pieces += pieces_of(before, at)
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
            self._bookings_before += [Booking(*row)] if row else []
        return self._bookings[vm, began]

    def add_booking(self, booking: Booking) -> None:
        """Keep a booking that begins."""
        if booking.began // DAY < self._summed:
            self.booking(booking.vm, booking.began)  # the sums count one in whose place it comes
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
        new = [wait for wait in read if wait.key not in {known.key for known in self.waits(email)}]
        self._waits[email] += new
        self._waits_before += map(replace, new)

    def begin_or_resume(self, email: str, wait: Wait) -> None:
        """Let a wait last that is not known, or is known to be over."""
        self.read_ended_waits(email, wait.began)
        waits = self.waits(email)
        waits[:] = [*(known for known in waits if known.key != wait.key), wait]

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
        for some in in_parts(self._pieces):
            write.execute(tables.spans.insert(), [piece._asdict() for piece in some])
        add_up(write, tables.quarters, [(*key, *edge) for key, edge in self._edges.items() if any(edge)])
        self._late_sums().write(write)

    def _late_sums(self) -> LateSums:
        late = LateSums(self._summed)
        for piece in self._pieces:
            late.add_piece(piece)
        for booking, sign in (
            *((one, -1) for one in self._bookings_before),
            *((one, 1) for one in self._bookings.values()),
        ):
            if booking:
                late.add_booking(booking, sign)
        for wait in self._waits_before:
            late.add_wait(wait, -1)
        for waits in self._waits.values():
            for wait in waits:
                late.add_wait(wait)
        return late

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
