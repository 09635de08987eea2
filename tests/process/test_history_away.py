"""While the history's database cannot be read, its calls say so; all others are answered."""

import pytest

from loadzone.reports.files import files_of, history_of
from support.answers import done, refusal
from support.inventory import inventory, machine
from support.people import Person
from support.server import Server, data_file
from support.waiting import eventually


@pytest.fixture
def server(tmp_path):
    server = Server(data_file(tmp_path, inventory([machine("server-01")]))).start()
    yield server
    server.end()


def test_a_broken_database_of_the_history_is_told_and_bookings_go_on(server):
    bob = Person(server, "bob@example.com").sign_in()
    done(bob.book("server-01"))
    eventually(lambda: done(bob.get("/history?vm_id=server-01"))["history"])
    for file in files_of(history_of(server.data)):
        file.unlink(missing_ok=True)
    history_of(server.data).write_bytes(b"This is no database. " * 1000)
    for call in ("/history", "/history?as=bookings", "/history.csv"):
        assert refusal(bob.get(call)) == (503, "history_away")
    done(bob.cancel("server-01"))
