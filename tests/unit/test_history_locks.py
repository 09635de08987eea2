"""The history's file while others open it: SQLite's locks are the process's, and closing the file anyhow ends them."""

import sqlite3
import subprocess
import sys

import pytest
from sqlalchemy import text

from loadzone.reports.engines import sqlite_engine

ANOTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM numbers").fetchone()[0])
connection.close()
"""


def look_from_another_process(path):
    done = subprocess.run([sys.executable, "-c", ANOTHER, str(path)], capture_output=True, text=True, timeout=30)
    assert not done.stderr
    return int(done.stdout)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data.json.history.sqlite"


def test_another_process_that_closes_the_file_leaves_what_a_connection_has_open(path):
    engine = sqlite_engine(path)
    log = path.with_name(f"{path.name}-wal")
    with engine.connect() as kept:
        kept.execute(text("CREATE TABLE numbers (number INTEGER)"))
        kept.commit()
        with engine.connect() as reader:
            reader.execute(text("SELECT count(*) FROM numbers"))
        kept.execute(text("INSERT INTO numbers VALUES (1)"))
        kept.commit()
        before = log.stat().st_ino
        assert look_from_another_process(path) == 1
        assert log.stat().st_ino == before
        kept.execute(text("INSERT INTO numbers VALUES (2)"))
        kept.commit()
        assert look_from_another_process(path) == 2
    with engine.connect() as reader:
        assert reader.scalar(text("SELECT count(*) FROM numbers")) == 2


def test_the_file_is_for_its_owner_alone(path):
    with sqlite_engine(path).connect() as connection:
        connection.execute(text("CREATE TABLE numbers (number INTEGER)"))
        connection.commit()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_connection_that_cannot_be_used_is_closed(path, monkeypatch):
    path.write_bytes(b"no database, but some text that is longer than the head of one" * 10)
    made = []
    real = sqlite3.connect

    class Followed(sqlite3.Connection):
        def close(self):
            made.append("closed")
            super().close()

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: real(*args, factory=Followed, **kwargs))
    with pytest.raises(Exception, match="not a database"):
        sqlite_engine(path).connect()
    assert made == ["closed"]
