"""The tables of usage, kept up to date as lines of the history come (keeper.py). Instants are in milliseconds."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

# The kinds of lines that end a booking, and how one ended whose line is lost (baseline.py).
ENDINGS = ("released", "expired", "force_released", "silent", "handed_over", "vm_deleted", "lost")

# The epoch of the state that the tables agreed with last, and since when there are figures.
progress = Table(
    "usage_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("epoch", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("changes", BigInteger, nullable=False),  # grows when figures change otherwise than by lines
    Column("summed", Integer, nullable=False),  # the first day that has no sums yet (day_sums.py)
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
    Index("usage_bookings_by_beginning", "began"),
    Index("usage_bookings_by_end", "ended"),
    Index("usage_bookings_by_length", "vm", "length", "ended", "group_key"),  # in this order lengths are counted
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
    Index("usage_waits_by_length", "vm", "turn", "length", "ended", "group_key"),
    sqlite_with_rowid=False,
)

# Sums of days (UTC) that are over, so that a question needs not look at each span, booking and wait (day_sums.py).

# Of a machine in a group: the time booked and in service, the bookings that began, and how many ended in each way.
machine_days = Table(
    "usage_machine_days",
    metadata,
    Column("vm", BigInteger, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("group_key", Integer, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("booked", "service", "bookings", *ENDINGS)),
    sqlite_with_rowid=False,
)

# Of a person or token in a group: the time booked, and the bookings that began.
person_days = Table(
    "usage_person_days",
    metadata,
    Column("person", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("group_key", Integer, primary_key=True),
    Column("booked", BigInteger, nullable=False),
    Column("bookings", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Of a group: how many ended by the class of their length. `kind`: 0 a booking, 1 a wait with the turn, 2 one without.
length_days = Table(
    "usage_length_days",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("kind", Integer, primary_key=True),
    Column("group_key", Integer, primary_key=True),
    Column("length", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)

BY_DAY = (machine_days, person_days, length_days)
