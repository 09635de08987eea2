"""The end of every unit of work: the queues are served, then the histories get their lines."""

from __future__ import annotations

from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import acts, history, pseudonyms, serving


def finish(uow: UnitOfWork) -> None:
    """Complete the unit of work. The command bus calls it once the rule has returned."""
    serving.serve(uow)
    history.write(uow)
    acts.note(uow)
    pseudonyms.apply(uow)
