"""Names a person otherwise in the usage tables."""

from __future__ import annotations

from sqlalchemy import Connection, select

from loadzone.domain.pseudonym import Pseudonym
from loadzone.reports.usage import tables
from loadzone.reports.usage.progress import note_change


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
        for table in (tables.bookings, tables.spans, tables.machines, tables.waits):
            connection.execute(table.update().where(table.c.person == key).values(person=other))
        connection.execute(people.delete().where(people.c.key == key))
    note_change(connection)
