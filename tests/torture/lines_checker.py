"""Check people's own histories in the end: a line for each booking and renewal that was answered, and none twice."""

from collections import Counter
from collections.abc import Iterator

from torture.history import OK, History, Operation

KEPT_AT_MOST = 200  # lines of a person; older ones are dropped (loadzone/rules/history.py)


def violations(history: History) -> Iterator[str]:
    """Yield every violation as a sentence."""
    for email, lines in history.lines.items():
        counted = Counter((line["action"], line["vm_id"], line["start"], line["end"]) for line in lines)
        for line, count in counted.items():
            if count > 1:
                yield f"{email} has a line {count} times: {line}"
        for op in history.operations if len(lines) < KEPT_AT_MOST else ():
            is_own = op.outcome == OK and op.answer.get("booked_by") == email
            if is_own and op.name in ("book", "renew") and not any(_is_of(op, *line) for line in counted):
                yield f"{email} has no line for {op}"


def _is_of(op: Operation, action: str, vm: str, start: str, end: str) -> bool:
    is_same = (action, vm, end) == (op.name, op.vm, op.answer["expires_at"])
    return is_same and (op.name == "renew" or start == op.answer["booked_at"])
