"""Check what each reader of several nodes is promised, whichever answers: what they have done, and no old board."""

from collections.abc import Iterator

from torture.history import OK, BoardRead, History, Operation

# Seconds after which a node that is cut off from the database shows its board no more, and some for a busy machine.
BEHIND_AT_MOST = 10 + 2


def violations(history: History) -> list[str]:
    """Return every violation as a sentence."""
    return [*_without_own_change(history), *_too_old(history)]


def _without_own_change(history: History) -> Iterator[str]:
    """Find reads by somebody whose own booking was answered before, and is not in the board."""
    first_shown = _first_shown(history)
    events: list[tuple[float, int, Operation | BoardRead]] = [
        (op.completed, 0, op) for op in history.operations if op.outcome == OK and op.name in ("book", "renew")
    ]
    events += [(read.invoked, 1, read) for read in history.board_reads]
    least: dict[str, tuple[int, Operation]] = {}
    for _, _, event in sorted(events, key=lambda event: event[:2]):
        if isinstance(event, Operation):
            revision = first_shown.get(_booking(event.vm, event.answer), -1)
            if revision > least.get(event.actor, (-1, event))[0]:
                least[event.actor] = revision, event
        elif event.reader in least and event.revision < least[event.reader][0]:
            revision, op = least[event.reader]
            yield f"{event.reader} was shown revision {event.revision} after the answer of revision {revision}: {op}"


def _first_shown(history: History) -> dict[tuple, int]:
    """Return the first revision that shows each booking, as far as anybody saw it."""
    first: dict[tuple, int] = {}
    views = [(read.revision, view) for read in history.board_reads for view in read.vms.values()]
    views += [(revision, view) for revision, change in history.changes.items() for view in change["vms"]]
    for revision, view in views:
        if view["booked_by"]:
            key = _booking(view["id"], view)
            first[key] = min(revision, first.get(key, revision))
    return first


def _booking(vm: str, view: dict) -> tuple:
    return vm, view["booked_by"], view["expires_at"]


def _too_old(history: History) -> Iterator[str]:
    """Find boards that somebody was shown long after a later one had been seen."""
    seen = dict(history.change_times)
    for read in history.board_reads:
        seen[read.revision] = min(read.completed, seen.get(read.revision, read.completed))
    later: dict[int, float] = {}
    time = float("inf")
    for revision in sorted(seen, reverse=True):
        later[revision] = time  # when anything later than this was first seen
        time = min(time, seen[revision])
    for read in history.board_reads:
        if (behind := read.invoked - later[read.revision]) > BEHIND_AT_MOST:
            yield f"{read.reader} was shown revision {read.revision} when it was {behind:.1f} s behind"
