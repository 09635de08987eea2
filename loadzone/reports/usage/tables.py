"""The tables of usage, kept up to date as lines of the history come (keeper.py). Instants are in milliseconds."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

# The epoch of the state that the tables agreed with last, and since when there are figures.
progress = Table(
    "usage_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("epoch", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("changes", BigInteger, nullable=False),  # grows when figures change otherwise than by lines
)

# A group. `key` stays its own where the id comes again for another group. Key 0 is no group.
groups = Table(
    "usage_groups",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("gone", Boolean, nullable=False),
)

# A person by hand (no token), or one of their tokens.
people = Table(
    "usage_people",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("email", Text, nullable=False),
    Column("token", Text, nullable=False),
    Index("usage_people_by_email", "email"),
)

# A machine by its inner number, with the span that runs, since `since`: where it is, in service or not, who has it.
machines = Table(
    "usage_machines",
    metadata,
    Column("vm", BigInteger, primary_key=True, autoincrement=False),
    Column("vm_id", Text, nullable=False),
    Column("group_key", Integer, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("in_service", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("booking", BigInteger),  # its beginning; None: not booked
    Column("person", Integer),  # who has booked it
    Column("until", BigInteger),  # the end that was set for the booking
)

# What is over of machines' time in service or booked, in pieces within a day (UTC). Pieces of a machine never overlap.
spans = Table(
    "usage_spans",
    metadata,
    Column("day", Integer, primary_key=True),  # days since 1970
    Column("vm", BigInteger, primary_key=True),
    Column("began", BigInteger, primary_key=True),
    Column("ended", BigInteger, nullable=False),
    Column("group_key", Integer, nullable=False),
    Column("person", Integer),  # who had booked it; None: nobody
    sqlite_with_rowid=False,
)

# Beginnings and ends of spans in a group by quarter of an hour: how many machines more are booked or in service after
# it, and the sum of their instants (a beginning +, an end -). From both follows the machine time in any stretch.
quarters = Table(
    "usage_quarters",
    metadata,
    Column("quarter", Integer, primary_key=True, autoincrement=False),  # quarters of an hour since 1970
    Column("group_key", Integer, primary_key=True, autoincrement=False),
    Column("booked", Integer, nullable=False),
    Column("booked_at", BigInteger, nullable=False),
    Column("service", Integer, nullable=False),
    Column("service_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Bookings. `length` is the class of the length (lengths.py), `how` the kind of the line that ended it.
bookings = Table(
    "usage_bookings",
    metadata,
    Column("vm", BigInteger, primary_key=True),
    Column("began", BigInteger, primary_key=True),
    Column("ended", BigInteger),
    Column("group_key", Integer, nullable=False),  # the machine's when it began
    Column("person", Integer, nullable=False),
    Column("how", Text),
    Column("length", Integer),
    Index("usage_bookings_by_beginning", "began", "vm", "group_key", "person"),
    Index("usage_bookings_by_end", "ended", "vm", "group_key", "how", "length"),
    sqlite_with_rowid=False,
)

# Waits in queues, of a machine (`vm`) or a group. `turn`: it ended because the turn came.
waits = Table(
    "usage_waits",
    metadata,
    Column("person", Integer, primary_key=True),
    Column("began", BigInteger, primary_key=True),
    Column("vm", BigInteger, primary_key=True),  # 0: of the group
    Column("group_key", Integer, primary_key=True),
    Column("ended", BigInteger),
    Column("turn", Boolean),
    Column("length", Integer),
    Index("usage_waits_by_end", "ended"),
    sqlite_with_rowid=False,
)
