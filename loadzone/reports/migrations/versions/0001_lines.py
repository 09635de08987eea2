"""Make the table of lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    schema = "loadzone" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "lines",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("epoch", number, nullable=False),
        sa.Column("number", number, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("vm", number),
        sa.Column("vm_id", sa.Text),
        sa.Column("group_id", number),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("booking", sa.BigInteger),
        sa.Column("until", sa.BigInteger),
        sa.Column("hours", sa.Float),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed", sa.JSON, nullable=False),
        sa.UniqueConstraint("number", "epoch", name="lines_once"),
        schema=schema,
    )
