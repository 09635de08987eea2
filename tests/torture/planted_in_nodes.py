"""Faults of several nodes that the checker must find. They are patched into the nodes of a test."""

from loadzone.database import commit_log
from loadzone.database.leader import Leader
from loadzone.database.loading import AllAnew
from loadzone.database.postgres_log import PostgresLog
from loadzone.database.writer import Writer


def write_without_the_lock() -> None:
    """Take no lock, and write after whatever others have written meanwhile."""
    commit_log._BEGIN = _replaced(commit_log._BEGIN, "pg_advisory_xact_lock({1})", "{1}")
    commit_log._APPEND = _replaced(
        commit_log._APPEND,
        "VALUES (%b, %b, %b)",
        "SELECT greatest(%b, (SELECT max(seq) + 1 FROM loadzone.commits)), %b, %b",
    )


def look_up_no_commit() -> None:
    """Take a commit whose answer was lost for one that was not written, and run its rules again."""

    def happened(writer, at, error):
        writer.drop()
        return False

    assert Writer._happened
    Writer._happened = happened


def skip_missed_commits() -> None:
    """Of several commits that other nodes have written, take over the last one only."""
    real = PostgresLog._missed

    def missed(log, commits):
        found = real(log, commits)
        return found if any(isinstance(one, AllAnew) for one in found) else found[-1:]

    PostgresLog._missed = missed


def lead_everywhere() -> None:
    """Let each node take itself for the leader."""
    assert Leader.leads
    assert Leader.leads_alone
    Leader.leads = Leader.leads_alone = property(lambda leader: True)


FAULTS = {
    "no-lock": write_without_the_lock,
    "no-lookup": look_up_no_commit,
    "no-catch-up": skip_missed_commits,
    "two-leaders": lead_everywhere,
}


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"planted_in_nodes.py does not fit any more: {old}"
    return text.replace(old, new)
