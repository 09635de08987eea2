"""Sockets of several nodes: all get the same events in the same order, and end wherever a session is ended.

A socket on one node and the board of another leave no gap between them.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from nodes.browsers import at
from support.answers import done
from support.people import Person

ROUNDS, PEOPLE = 12, 4


def sign_out(person, elsewhere, alice):
    done(person.sign_out())


def sign_out_everywhere(person, elsewhere, alice):
    done(elsewhere.sign_out(everywhere=True))


def sign_out_elsewhere(person, elsewhere, alice):
    done(elsewhere.sign_out(elsewhere=True))


def end_session(person, elsewhere, alice):
    for session in done(elsewhere.get("/sessions")):
        if not session["current"]:
            done(elsewhere.request("DELETE", f"/sessions/{session['id']}"))


def remove_person(person, elsewhere, alice):
    done(alice.remove_user(person.email))


ENDINGS = [sign_out, sign_out_everywhere, sign_out_elsewhere, end_session, remove_person]


def test_a_session_that_ends_on_one_node_ends_its_sockets_on_another_within_a_second(server, second, alice, listen):
    late = []
    for end in ENDINGS:
        person = Person(server).sign_in()
        elsewhere = Person(server, person.email).sign_in()
        socket = listen(at(second, person))
        began = time.monotonic()
        end(person, elsewhere, alice)
        socket.wait_for("disconnect")
        late.append(time.monotonic() - began - 1)
        assert not at(second, person).is_signed_in()
    assert min(late) < 0, late


def test_a_revoked_token_ends_its_sockets_on_another_node(server, second, alice, listen):
    token = done(alice.make_token(), 201)
    program = at(second, alice).program(token["token"])
    socket = listen(program, Authorization=program.http.headers["Authorization"])
    stays = listen(at(second, alice))
    done(alice.revoke(token["id"]))
    socket.wait_for("disconnect")
    assert program.get("/me").status_code == 401
    assert stays.connected


def test_all_sockets_get_all_events_in_the_order_of_commits(server, second, alice, make_vm, listen):
    """People book and release on both nodes at once, so that commits of both mix."""
    vms = [make_vm() for _ in range(2 * PEOPLE)]
    nodes = [server, second]
    people = [Person(nodes[number % 2]).sign_in() for number in range(2 * PEOPLE)]
    sockets = [listen(at(node, alice)) for node in nodes for _ in range(2)]

    def work(person, vm_id):
        for _ in range(ROUNDS):
            done(person.book(vm_id))
            done(person.cancel(vm_id))

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(work, people, vms))
    make_vm()  # after all others, whichever node they were on
    last = alice.state()["revision"]
    for socket in sockets:
        socket.wait_for_change(last)
    for socket in sockets:
        socket.wait_for("notification", kind="vm_added")
        assert len(socket.notifications()) == 2 * ROUNDS * len(people) + 1
        revisions = [change["revision"] for change in socket.changes()]
        assert revisions == list(range(revisions[0], last + 1))
    assert len({revisions_and_facts(socket) for socket in sockets}) == 1


def revisions_and_facts(socket):
    """Return what came, in order; of several changes of one commit the notifications come after it."""
    return tuple(
        (event, data.get("revision"), data.get("kind"), data.get("vm_id"), data.get("by"))
        for event, data in socket.received
        if event in ("change", "notification")
    )


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_socket_is_told_first_what_it_will_not_be_told(second, alice, charlie, vm, listen, transport):
    for _ in range(3):
        seen = int(alice.book(vm).headers["LoadZone-Seen"])
        told = listen(at(second, alice), transports=(transport,)).first["sequence"]
        assert told >= seen
        board = charlie.get("/vms", LoadZone_Seen=f"{told}").json()
        assert [one["state"] for one in board["vms"] if one["id"] == vm] == ["booked"]
        done(alice.cancel(vm))


def test_who_has_just_signed_in_elsewhere_has_a_socket_of_their_own(server, second, vm, listen):
    for _ in range(5):
        person = Person(server).sign_in()
        socket = listen(at(second, person))
        done(person.book(vm))
        assert socket.wait_for("notification", kind="booked")["vm_id"] == vm  # strangers hear of none
        done(person.cancel(vm))
