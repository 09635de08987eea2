"""The history as it lies on the disk, read beside the server: what its database has, what waits in the data file."""

import sqlite3
from contextlib import closing

TABLE = "lines"


def kept(server):
    """Return the lines that the database has, as rows with names, oldest first."""
    path = history_file(server)
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT name FROM sqlite_schema WHERE name = ?", [TABLE]).fetchone():
            return []
        return [dict(row) for row in connection.execute(f"SELECT * FROM {TABLE} ORDER BY id")]


def waiting(server):
    """Return the lines that wait in the data file."""
    return server.stored().get("history", [])


def history_file(server):
    return server.data.with_name(f"{server.data.name}.history.sqlite")


def acts(lines, *actions):
    """Return which machines the lines of these actions are about, in their order."""
    return [line["vm_id"] for line in lines if line["action"] in actions]
