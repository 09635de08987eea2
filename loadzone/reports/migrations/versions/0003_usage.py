"""Make the tables of usage (usage/tables.py)."""

from __future__ import annotations

from typing import TypeAlias

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ENDINGS = ("released", "expired", "force_released", "silent", "handed_over", "vm_deleted", "lost")

Items: TypeAlias = "sa.Column[int] | sa.Column[str] | sa.Column[bool] | sa.PrimaryKeyConstraint"


def upgrade() -> None:
    """Make them."""
    _make_what_is()
    _make_what_is_over()
    _make_bookings()
    _make_waits()
    _make_day_sums()


def _make_what_is() -> None:
    _table(
        "usage_progress",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
        sa.Column("summed", sa.Integer, nullable=False),
    )
    _table(
        "usage_groups",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("group_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
    _table(
        "usage_people",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
    )
    _index("usage_people_by_email", "usage_people", "email")
    _table(
        "usage_machines",
        sa.Column("vm", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("vm_id", sa.Text, nullable=False),
        sa.Column("group_key", sa.Integer, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("in_service", sa.Boolean, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("booking", sa.BigInteger),
        sa.Column("person", sa.Integer),
        sa.Column("until", sa.BigInteger),
    )


def _make_what_is_over() -> None:
    _table(
        "usage_spans",
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("vm", sa.BigInteger, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("group_key", sa.Integer, nullable=False),
        sa.Column("person", sa.Integer),
        sa.PrimaryKeyConstraint("day", "vm", "began"),
    )
    _table(
        "usage_quarters",
        sa.Column("quarter", sa.Integer, nullable=False),
        sa.Column("group_key", sa.Integer, nullable=False),
        sa.Column("booked", sa.Integer, nullable=False),
        sa.Column("booked_at", sa.BigInteger, nullable=False),
        sa.Column("service", sa.Integer, nullable=False),
        sa.Column("service_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("quarter", "group_key"),
    )


def _make_bookings() -> None:
    _table(
        "usage_bookings",
        sa.Column("vm", sa.BigInteger, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("group_key", sa.Integer, nullable=False),
        sa.Column("person", sa.Integer, nullable=False),
        sa.Column("how", sa.Text),
        sa.Column("length", sa.Integer),
        sa.PrimaryKeyConstraint("vm", "began"),
    )
    _index("usage_bookings_by_beginning", "usage_bookings", "began")
    _index("usage_bookings_by_end", "usage_bookings", "ended")
    _index("usage_bookings_by_length", "usage_bookings", "vm", "length", "ended", "group_key")


def _make_waits() -> None:
    _table(
        "usage_waits",
        sa.Column("person", sa.Integer, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("vm", sa.BigInteger, nullable=False),
        sa.Column("group_key", sa.Integer, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("turn", sa.Boolean),
        sa.Column("length", sa.Integer),
        sa.PrimaryKeyConstraint("person", "began", "vm", "group_key"),
    )
    _index("usage_waits_by_end", "usage_waits", "ended")
    _index("usage_waits_by_length", "usage_waits", "vm", "turn", "length", "ended", "group_key")


def _make_day_sums() -> None:
    numbers = ("booked", "service", "bookings", *_ENDINGS)
    _table(
        "usage_machine_days",
        sa.Column("vm", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("group_key", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("vm", "day", "group_key"),
    )
    _table(
        "usage_person_days",
        sa.Column("person", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("group_key", sa.Integer, nullable=False),
        sa.Column("booked", sa.BigInteger, nullable=False),
        sa.Column("bookings", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("person", "day", "group_key"),
    )
    _table(
        "usage_length_days",
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("group_key", sa.Integer, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "group_key", "length"),
    )


def _table(name: str, *items: Items) -> None:
    """Make a table. One whose key has several columns is kept in the order of its key, in SQLite."""
    by_key = any(isinstance(item, sa.PrimaryKeyConstraint) for item in items)
    op.create_table(name, *items, schema=_schema(), sqlite_with_rowid=not by_key)


def _index(name: str, table: str, *columns: str) -> None:
    op.create_index(name, table, list(columns), schema=_schema())


def _schema() -> str | None:
    return "loadzone" if op.get_bind().dialect.name == "postgresql" else None
