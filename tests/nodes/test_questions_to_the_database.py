"""A node asks the database only for callers of whom it does not know what they have seen."""

import re

import psycopg

from nodes.browsers import at, without_cookie
from support.answers import done, refusal
from support.waiting import eventually

NO_COMMIT = "9" * 17


def test_strangers_and_browsers_ask_the_database_nothing(server, alice, charlie, database_url):
    """Look for the connection that the first question makes."""
    with psycopg.connect(database_url, autocommit=True) as database:

        def asked():
            return database.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'loadzone latest'"
                " AND datname = current_database()"
            ).fetchone()[0]

        done(alice.choose_language("en"))
        for path in ("/vms", "/", "/me"):
            assert charlie.get(path).status_code == alice.get(path).status_code == 200
        assert asked() == 0
        assert without_cookie(alice).get("/vms").status_code == 200
        eventually(lambda: asked() == 1)


def test_a_node_without_its_database_says_that_it_may_be_behind(server, start_node, alice, charlie, database_url, vm):
    node = start_node(program="tests/support/late_node.py", LATE="0", BEHIND_AFTER="0.3")
    there = at(node, alice)
    plain = at(node, alice.program(done(alice.make_token(), 201)["token"]))
    eventually(lambda: plain.get("/vms").status_code == 200)
    eventually(lambda: there.choose_language("ru").status_code == 200)
    with CutOff(database_url):
        answer = plain.get("/vms")
        assert (refusal(answer), answer.headers["Retry-After"]) == ((503, "behind"), "1")
        assert "LoadZone-Seen" not in answer.headers
        assert there.get("/vms").status_code == 200  # it knows all that this browser has seen
        assert there.get("/vms", LoadZone_Seen=NO_COMMIT).status_code == 503
        assert there.get("/socket.io/?EIO=4&transport=polling", LoadZone_Seen=NO_COMMIT).status_code == 503
        page = there.get("/", LoadZone_Seen=NO_COMMIT, Accept="text/html")
        assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert re.search("<h1>[^<]+</h1>", page.text)
        assert at(node, charlie).get("/vms").status_code == 200
    eventually(lambda: plain.get("/vms").status_code == 200)


class CutOff:
    """Refuse all connections to a database within the block, and end those that are there."""

    def __init__(self, url):
        self._name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self._server = psycopg.connect(psycopg.conninfo.make_conninfo(url, dbname="postgres"), autocommit=True)

    def __enter__(self):
        self._allow(False)
        self._server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._name])

    def __exit__(self, *_):
        self._allow(True)
        self._server.close()

    def _allow(self, allowed):
        self._server.execute(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS {allowed}")
