"""Over PostgreSQL the leader moves the lines of the history: each act of any node is there once, whatever happens."""

import os
import signal

import psycopg
import pytest

from loadzone.database.connection import connect
from loadzone.database.loading import load
from support.answers import done
from support.node import LEADS
from support.people import Person
from support.waiting import eventually

FEW_WAIT = "tests/support/few_lines_wait.py"
END_SESSION = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'loadzone leader'"


@pytest.fixture
def bob(server):
    return Person(server, "bob@example.com").sign_in()


@pytest.fixture
def carol(second):
    return Person(second, "carol@example.com").sign_in()


def moved(database):
    """Return which machines the moved lines of bookings are about, in the order of their ids."""
    if not database.execute("SELECT to_regclass('loadzone.lines')").fetchone()[0]:
        return []
    return [vm for (vm,) in database.execute("SELECT vm_id FROM loadzone.lines WHERE action = 'booked' ORDER BY id")]


def waiting(database_url):
    """Return the machines of the lines of bookings that wait in the state of all nodes."""
    with connect(database_url, "test") as connection:
        state, _ = load(connection)
    return [line.vm_id for line in state.history.values() if line.action == "booked"]


def book(person, *vms):
    for vm in vms:
        done(person.book(vm))


def test_the_leader_moves_the_lines_of_all_nodes(bob, carol, make_vm, database, database_url):
    vms = [make_vm() for _ in range(6)]
    for number, vm in enumerate(vms):
        book((bob, carol)[number % 2], vm)
    eventually(lambda: moved(database) == vms)
    book(bob, last := make_vm())
    eventually(lambda: moved(database)[-1] == last)
    assert set(waiting(database_url)) <= {last}, "what was moved leaves with the next act on the leader"


@pytest.mark.parametrize("how", ["killed", "stopped", "session ended"])
def test_a_new_leader_goes_on_and_moves_nothing_twice(server, bob, carol, make_vm, database, how):
    vms = [make_vm() for _ in range(40)]
    book(bob, *vms[:10])
    book(carol, *vms[10:15])
    if how == "killed":
        server.kill()
    elif how == "stopped":
        server.stop()
    else:
        database.execute(END_SESSION)
    book(carol, *vms[15:])
    eventually(lambda: moved(database) == vms)


def test_a_leader_that_hangs_and_comes_back_late_moves_nothing_twice(server, second, bob, carol, make_vm, database):
    vms = [make_vm() for _ in range(20)]
    book(bob, *vms[:5])
    os.kill(server.pid, signal.SIGSTOP)
    try:
        eventually(lambda: LEADS in second.log)
        book(carol, *vms[5:])
        eventually(lambda: moved(database) == vms)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    done(bob.cancel(vms[0]))
    book(bob, vms[0])
    eventually(lambda: moved(database) == [*vms, vms[0]])


def test_moved_lines_leave_all_nodes_though_the_leader_has_no_acts_of_its_own(start_node, database, database_url):
    leader = start_node(program=FEW_WAIT)
    eventually(lambda: LEADS in leader.log)
    alice = Person(start_node(program=FEW_WAIT), "alice@example.com").sign_in()
    vms = [done(alice.add_vm(f"far-{number}"), 201)["id"] for number in range(8)]
    book(alice, *vms)
    eventually(lambda: moved(database) == vms)
    eventually(lambda: waiting(database_url) == [])


def test_while_the_tables_are_locked_bookings_go_on(server, bob, make_vm, database, database_url):
    book(bob, first := make_vm())
    eventually(lambda: moved(database) == [first])
    others = [make_vm() for _ in range(3)]
    with psycopg.connect(database_url) as holder:
        holder.execute("LOCK TABLE loadzone.lines IN ACCESS EXCLUSIVE MODE")
        book(bob, *others)
        server.wait_for_log("the history cannot be written")
        assert Person(server).get("/healthz").json()["history"]["waiting"] >= 3
    eventually(lambda: moved(database) == [first, *others])
    eventually(lambda: "history" not in Person(server).get("/healthz").json())
    assert server.log.count("the history cannot be written") == 1


def test_while_postgres_is_away_and_afterwards(start_node, database_url, proxy, cluster, database):
    far = start_node(LOADZONE_DATABASE_URL=database_url.replace(str(cluster.folder), proxy.folder))
    alice = Person(far, "alice@example.com").sign_in()
    vms = [done(alice.add_vm(f"away-{number}"), 201)["id"] for number in range(6)]
    book(alice, *vms[:3])
    for vm in vms[3:]:
        proxy.cut(200)
        alice.book(vm)  # it is refused, or waits for the next connection
        proxy.cut(None)
    booked = {vm["id"] for vm in alice.state()["vms"] if vm["state"] == "booked"}
    eventually(lambda: set(moved(database)) == booked)
    assert len(moved(database)) == len(booked)
