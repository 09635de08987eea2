"""Asks for usage: also with the lines that still wait to be moved to the history's database."""

from __future__ import annotations

from datetime import tzinfo
from threading import BoundedSemaphore

from sqlalchemy import Connection, text

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.reports.adding import missing_of
from loadzone.reports.history_database import HistoryAway, HistoryDatabase
from loadzone.reports.usage.answer import answer
from loadzone.reports.usage.answers import Answers
from loadzone.reports.usage.instants import as_number
from loadzone.reports.usage.keeper import keep
from loadzone.reports.usage.period import Period
from loadzone.reports.usage.progress import lock
from loadzone.schemas.usage import UsageResponse

AT_A_TIME = 2  # beside those who read lines (reports/reader.py): commits need threads of the same pool
PATIENCE = 10.0  # seconds that somebody waits for a place


class UsageQuestions:
    """Asks this database, for a few at a time; answers that are still true are given again."""

    def __init__(self, database: HistoryDatabase, patience: float = PATIENCE) -> None:
        self._database = database
        self._answers = Answers()
        self._patience = patience
        self._places = BoundedSemaphore(AT_A_TIME)

    def ask(self, state: State, period: Period, zone: tzinfo, zone_name: str, group_id: int | None) -> UsageResponse:
        """Return the figures, with the lines that the state has and the database does not yet.

        Raises HistoryAway, UnusableHistory.
        """
        if not self._places.acquire(timeout=self._patience):
            raise HistoryAway("too many ask for usage now")
        try:
            return self._ask(state, period, zone, zone_name, group_id)
        finally:
            self._places.release()

    def _ask(self, state: State, period: Period, zone: tzinfo, zone_name: str, group_id: int | None) -> UsageResponse:
        waiting = [line for line in state.history.values() if _tells_of(line) < period.end]
        question = period, zone_name, group_id

        def look(connection: Connection) -> UsageResponse | None:
            _see_one_moment(connection)
            if waiting and missing_of(connection, waiting):
                return None
            found = self._answers.find(connection, question)
            if found is None:
                found = answer(connection, period, zone, zone_name, group_id)
                self._answers.keep(connection, question, found)
            return found

        def try_out(connection: Connection) -> UsageResponse:
            """Keep what waits, answer, and take it back."""
            lock(connection)
            with connection.begin_nested() as trial:
                keep(connection, missing_of(connection, list(state.history.values())))
                found = answer(connection, period, zone, zone_name, group_id)
                trial.rollback()
            return found

        return self._database.read(look) or self._database.write(try_out)


def _tells_of(line: HistoryLine) -> int:
    """Return the time from which on the line changes figures: an end may have come long before it was noted."""
    return min(as_number(moment) for moment in (line.at, line.until) if moment)


def _see_one_moment(connection: Connection) -> None:
    """Let all questions of this transaction see the same lines, as they do in SQLite."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
