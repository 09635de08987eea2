"""The tables of the history's own database, beside those of usage (usage/tables.py). Made by the migrations."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sqlalchemy import JSON, BigInteger, Column, Dialect, Float, Integer, MetaData, Table, Text, TypeDecorator

metadata = MetaData()
WholeNumber = BigInteger().with_variant(Integer, "sqlite")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Instant(TypeDecorator[datetime]):
    """An instant (UTC), kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return the number of microseconds."""
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the instant."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# Lines as in domain/history_line.py. Each is there once by `epoch` and `number`; `id` is their order.
lines = Table(
    "lines",
    metadata,
    Column("id", WholeNumber, primary_key=True, autoincrement=False),
    Column("epoch", WholeNumber, nullable=False),
    Column("number", WholeNumber, nullable=False),
    Column("at", Instant, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor", Text),
    Column("via", Text, nullable=False),
    Column("vm", WholeNumber),
    Column("vm_id", Text),
    Column("group_id", WholeNumber),
    Column("group", Text, nullable=False),
    Column("email", Text),
    Column("booking", Instant),
    Column("until", Instant),
    Column("hours", Float),
    Column("reason", Text, nullable=False),
    Column("changed", JSON, nullable=False),
    Column("words", Text, nullable=False),  # what a text is searched in (words.py)
)

# Of each hour since 1970, the least and the greatest id of its lines. Triggers keep it.
hours = Table(
    "lines_hours",
    metadata,
    Column("hour", WholeNumber, primary_key=True, autoincrement=False),
    Column("first", WholeNumber, nullable=False),
    Column("last", WholeNumber, nullable=False),
)
