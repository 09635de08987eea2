"""A pseudonym is put into the history in PostgreSQL too, also where the node is killed right after the answer."""

import psycopg
import pytest

from support.removals import ADMINS, check_all_has_it, used


@pytest.mark.parametrize("kills", [False, True])
def test_the_history_has_it(start_node, database_url, kills):
    node = start_node(**ADMINS)

    def rows():
        with psycopg.connect(database_url) as connection:
            if connection.execute("SELECT to_regclass('loadzone.lines')").fetchone() == (None,):
                return []  # it is made soon after the start
            query = "SELECT actor, email, reason, changed::text, via FROM loadzone.lines ORDER BY id"
            return connection.execute(query).fetchall()

    check_all_has_it(node, rows, used(node), kills)
