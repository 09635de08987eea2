"""A pseudonym is put into all that is kept, also where the server is killed right after the answer."""

import sqlite3
from contextlib import closing

import pytest

from support.answers import done
from support.histories import history_of
from support.removals import ADMINS, check_all_has_it, used
from support.waiting import eventually


@pytest.mark.parametrize("kills", [False, True])
def test_the_history_and_the_data_file_have_it(start, kills):
    server = start(**ADMINS)

    def rows():
        with closing(sqlite3.connect(f"file:{history_of(server.data)}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT actor, email, reason, changed, via FROM lines ORDER BY id").fetchall()

    alice = used(server)
    pseudonym = check_all_has_it(server, rows, alice, kills)
    done(alice.cancel("vm"))
    eventually(lambda: b"bobby" not in server.data.read_bytes().lower(), timeout=60)
    assert pseudonym.encode() in server.data.read_bytes()
