"""Read what the history of a LoadZone says in the end: from its own database, and what still waits with the data."""

from sqlalchemy import Engine, select

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.reports.tables import lines
from torture.acts_checker import Acts


def recorded(state: State, engine: Engine) -> Acts:
    """Return the lines up to this state, which was read before. Lines that were moved since are in both."""
    with engine.connect() as connection:
        moved = [_line(row._mapping) for row in connection.execute(select(lines).order_by(lines.c.id))]
    engine.dispose()
    known = {(line.epoch, line.id) for line in moved}
    waiting = [line for line in state.history.values() if (line.epoch, line.id) not in known]
    return Acts([line for line in (*moved, *waiting) if line.id <= state.last_number], state)


def _line(row) -> HistoryLine:
    fields = {name: value for name, value in row.items() if name in HistoryLine.__slots__ and name != "id"}
    return HistoryLine(id=row["number"], **fields)
