"""Make the tables of usage."""

from __future__ import annotations

from alembic import op

from loadzone.reports.usage.tables import metadata

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """Make them."""
    for table in metadata.sorted_tables:
        table.create(op.get_bind())
