"""Logs the failures after which a background thread goes on."""

from __future__ import annotations

import logging

import psycopg

from loadzone.database.connection import in_words
from loadzone.domain.commit import CannotSave

log = logging.getLogger("loadzone.database")


def log_failure(message: str, error: Exception) -> None:
    """Log a warning in words; of a failure that nobody has thought of, an error with its traceback."""
    if isinstance(error, CannotSave):
        log.warning(message, error.why)
    elif isinstance(error, psycopg.Error):
        log.warning(message, in_words(error))
    else:
        log.error(message, repr(error), exc_info=error)
