"""Names a person otherwise in the usage tables."""

from __future__ import annotations

from sqlalchemy import Connection, select

from loadzone.domain.pseudonym import Pseudonym
from loadzone.reports.usage import tables
from loadzone.reports.usage.progress import note_change
from loadzone.reports.usage.writing import add_up


def rename_person(connection: Connection, pseudonym: Pseudonym) -> None:
    """Name the person so in the figures of usage. Who was removed before, and came again, is one person."""
    people = tables.people
    found = connection.execute(select(people.c.key, people.c.token).where(people.c.email == pseudonym.email)).all()
    for key, token in found:
        named = {"email": pseudonym.name, "token": pseudonym.in_text(token)}
        there = select(people.c.key).where(people.c.email == named["email"], people.c.token == named["token"])
        other = connection.execute(there).scalar()
        if other is None:
            connection.execute(people.update().where(people.c.key == key).values(named))
            continue
        _add_to(connection, key, other)
        for table in (tables.bookings, tables.spans, tables.machines, tables.waits):
            connection.execute(table.update().where(table.c.person == key).values(person=other))
        connection.execute(people.delete().where(people.c.key == key))
    note_change(connection)


def _add_to(connection: Connection, key: int, other: int) -> None:
    """Add the sums of one person to those of another."""
    days = tables.person_days
    columns = (days.c.day, days.c.group_key, days.c.booked, days.c.bookings)
    rows = connection.execute(select(*columns).where(days.c.person == key)).all()
    add_up(connection, days, [(other, *row) for row in rows])
    connection.execute(days.delete().where(days.c.person == key))
