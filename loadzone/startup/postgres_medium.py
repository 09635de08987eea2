"""PostgreSQL as the medium, for any number of nodes."""

from __future__ import annotations

from functools import partial

from loadzone.config import Config
from loadzone.datafile.leaders_backups import LeadersBackups
from loadzone.lib.deaf_spells import DeafSpells
from loadzone.startup.backups_folder import backups_folder
from loadzone.startup.cannot_start import CannotStart
from loadzone.startup.history import history_in
from loadzone.startup.medium import Medium

# While rules run, all nodes wait. So turns are kept short: this many are settled in some twenty milliseconds.
MACHINES_AT_ONCE = 200


def open_database(config: Config, url: str) -> Medium:
    """Return the database at this address as the medium; the store connects to it. Raises CannotStart."""
    try:
        from loadzone.database.connection import connect
        from loadzone.database.postgres_log import PostgresLog
        from loadzone.database.shared_codes import SharedCodes
        from loadzone.database.shared_counters import SharedCounters
        from loadzone.database.shared_settings import shared_settings
    except ImportError as error:
        raise CannotStart(
            f"LOADZONE_DATABASE_URL needs psycopg ({error}); install it: pip install -r requirements-postgres.txt"
        ) from None
    log, folder = PostgresLog(url, settings=shared_settings(config)), backups_folder(config)
    return Medium(
        log,
        log.clock,
        log.leader,
        partial(DeafSpells, log.clock, log.leader.answered_at),
        partial(LeadersBackups, folder, log.place, log.clock, log.leader) if folder else None,
        history_in(lambda: connect(url, "history", autocommit=False), log.place),
        machines_at_once=MACHINES_AT_ONCE,
        ending=log.membership.ending,
        clear_letters_every=0,  # the next leader would send again what is not noted
        codes=SharedCodes(log.side),
        counters=SharedCounters(log.side),
    )
