"""Time limits and pauses, in seconds. Read them as `timing.NAME`: the tests set shorter ones."""

from __future__ import annotations

ANSWER_SECONDS = 20  # how long an answer of the server may take
POLL_SECONDS = 2  # between two looks at the board while waiting, and up to one more
QUEUE_SECONDS = 60  # at most, between two signs of life in the queue
RETRY_SECONDS = 5  # between two tries while the server is away
LOST_SECONDS = 15  # how long a booking whose answer was lost is looked for
RELEASE_SECONDS = 60  # how long a release is tried while the server is away
RENEW_SECONDS = 600  # a booking is renewed when this much is left of it, or a quarter of its hours if that is less
UNDO_SECONDS = 600  # how long the server lets a deletion be undone
