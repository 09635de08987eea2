"""The sums of days as they are kept, and as all spans, bookings and waits say that they should be."""

from sqlalchemy import func, select

from loadzone.reports.usage import tables
from loadzone.reports.usage.day_sums import length_rows, machine_rows, person_rows
from loadzone.reports.usage.instants import DAY
from loadzone.reports.usage.progress import summed_to


def assert_sums_are_right(connection):
    end = (summed_to(connection) or 0) * DAY
    rows = (machine_rows(0, end), person_rows(0, end), length_rows(0, end))
    for table, of_table in zip(tables.BY_DAY, rows, strict=True):
        keys = [of_table.c[column.name] for column in table.primary_key]
        sums = [func.sum(of_table.c[column.name]) for column in table.columns if not column.primary_key]
        wanted = connection.execute(select(*keys, *sums).group_by(*keys)).all()
        assert sorted(map(tuple, wanted)) == sorted(_kept(connection, table, len(keys)))


def _kept(connection, table, keys):
    """Return the rows that say something: what was so no more may have left zeros."""
    return [tuple(row) for row in connection.execute(select(table)) if any(row[keys:])]
