"""The database has lost its last commits, as one that a standby took the place of which was behind.

A page accepts no revision that it has seen already. So those of the new beginning are greater than any that was shown.
"""

import psycopg

from support.answers import done
from support.listener import Listener
from support.people import Person
from support.waiting import eventually

TABLES = ("commits", "snapshot_parts")


def keep(database_url):
    """Copy what is there, as a standby does."""
    with psycopg.connect(database_url) as connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} AS TABLE loadzone.{table}")


def lose(database_url):
    """Go back to what was kept."""
    with psycopg.connect(database_url) as connection:
        for table in TABLES:
            connection.execute(f"TRUNCATE loadzone.{table}")
            connection.execute(f"INSERT INTO loadzone.{table} TABLE {table}")


def test_all_nodes_agree_again_and_their_sockets_are_cut(server, second, database_url, alice, bob, vm):
    nodes = (server, second)
    eventually(lambda: Person(second).vm(vm))
    keep(database_url)
    done(bob.book(vm))
    late = Person(server).sign_in()
    eventually(lambda: Person(second).vm(vm)["state"] == "booked")
    seen = max(Person(node).state()["revision"] for node in nodes)
    sockets = [Listener(Person(node)) for node in nodes] + [Listener(late)]
    lose(database_url)
    for socket in sockets:
        socket.wait_for("disconnect")
        socket.close()
    for node in nodes:
        eventually(lambda node=node: Person(node).vm(vm)["state"] == "free")
    eventually(lambda: len({Person(node).state()["revision"] for node in nodes}) == 1)
    assert Person(server).state()["revision"] > seen + 1
    assert not late.is_signed_in()
    with Listener(Person(second)) as socket:
        done(bob.book(vm))
        change = socket.wait_for_change(alice.state()["revision"])
        assert [one["state"] for one in change["vms"]] == ["booked"]
    assert Person(second).state() == Person(server).state()


def test_a_node_that_had_not_heard_of_the_lost_commits_tells_its_sockets_to_fetch_everything(
    server, start_node, database_url, cluster, proxy, bob, vm
):
    """Their pages may have got a board from the other node."""
    far = start_node(LOADZONE_DATABASE_URL=database_url.replace(str(cluster.folder), proxy.folder))
    keep(database_url)
    with Listener(Person(far)) as socket:
        proxy.swallow()
        done(bob.book(vm))
        seen = Person(server).state()["revision"]
        lose(database_url)
        eventually(lambda: Person(server).vm(vm)["state"] == "free")
        proxy.let_pass()
        change = socket.wait_for("change", all=True)
        assert change["revision"] > seen + 1
        assert not [name for name, _ in socket.received if name == "disconnect"]
    assert Person(far).state() == Person(server).state()
