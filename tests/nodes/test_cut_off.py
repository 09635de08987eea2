"""A node that does not reach the database says that it may be behind, then refuses, and is itself again after it."""

import time

import psycopg
import pytest
import requests
import socketio

from loadzone.database.schema import LOCK
from loadzone.domain.certainty import CUT_OFF_AFTER, TOLD_AFTER
from loadzone.notifications.behind_watch import LOOK_SECONDS
from support.answers import done
from support.listener import Listener
from support.people import Person
from support.waiting import eventually

HTML = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture
def far(server, start_node, database_url, proxy, cluster):
    """Return a node that reaches the database through the proxy."""
    return start_node(LOADZONE_DATABASE_URL=database_url.replace(str(cluster.folder), proxy.folder))


def test_it_refuses_within_the_ten_seconds_that_were_promised():
    assert TOLD_AFTER == 3
    assert CUT_OFF_AFTER + LOOK_SECONDS < 10


def test_a_node_that_is_cut_off_says_so_then_refuses_and_comes_back(server, far, proxy, vm):
    bob = Person(far, "bob@example.com").sign_in()
    program = bob.program(done(bob.make_token(), 201)["token"])
    near = Person(server, bob.email).sign_in()
    with Listener(bob) as socket, Listener(Person(far)) as strangers:
        assert bob.get("/vms").headers.get("LoadZone-Behind") is None
        began = time.monotonic()
        lag = bob.get("/healthz").json()["lag"]
        proxy.swallow()
        for one in (socket, strangers):
            assert one.wait_for("behind")["seconds"] >= 3
        assert time.monotonic() - began > TOLD_AFTER - lag - 0.001, "not too early; the lag is rounded"
        board = bob.get("/vms")
        assert (board.status_code, int(board.headers["LoadZone-Behind"]) >= 3) == (200, True)
        assert '"behind":true' in bob.get("/", Accept="text/html").text

        done(near.sign_out(everywhere=True))
        assert bob.me()["authenticated"]
        for one in (socket, strangers):
            one.wait_for("disconnect")
        assert time.monotonic() - began < 20, "ten seconds, but for a busy machine"

    refused_in_words(far, bob, program, vm)
    proxy.let_pass()
    eventually(lambda: far.healthy())
    assert not bob.is_signed_in()
    assert program.me()["authenticated"]
    assert '"behind":false' in bob.get("/", Accept="text/html").text
    with Listener(program, Authorization=program.http.headers["Authorization"]) as socket:
        done(program.book(vm))
        socket.wait_for("notification", kind="booked", vm_id=vm)
        assert not [name for name, _ in socket.received if name == "behind"]


def refused_in_words(far, bob, program, vm):
    """Check what a node that is cut off answers."""
    answers = [bob.get("/me"), bob.get("/vms"), program.get("/me"), bob.book(vm), Person(far).ask_for_code()]
    answers += [Person(far).get("/vms"), bob.get("/healthz"), bob.post("/heartbeat", {"vm_ids": [vm]})]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "behind")
        assert int(answer.headers["Retry-After"]) > 0
    about_node = bob.get("/healthz").json()
    assert about_node["node"].endswith(f":{far.port}")
    assert about_node["lag"] > 3
    page = requests.get(far.url, headers=HTML, timeout=20)
    assert (page.status_code, page.headers["Refresh"]) == (503, "5")
    assert "its database does not answer" in page.text
    style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert requests.get(far.url + style, timeout=20).status_code == 200
    with pytest.raises(socketio.exceptions.ConnectionError):
        Listener(bob)


def test_a_lock_that_a_node_holds_for_long_is_no_cut(server, second, cluster, database_url, alice):
    """Nobody is told anything, though changes wait."""
    with Listener(Person(second)) as socket, psycopg.connect(database_url) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        began = time.monotonic()
        eventually(lambda: time.monotonic() - began > TOLD_AFTER + 1)
        assert Person(second).get("/vms").headers.get("LoadZone-Behind") is None
        holder.rollback()
        done(alice.add_vm("after-it"), 201)
        socket.wait_for("change")
        assert not [name for name, _ in socket.received if name == "behind"]
