"""A socket on one node and the board of another leave no gap between them."""

import pytest

from nodes.browsers import at
from support.answers import done
from support.listener import Listener
from support.people import Person


@pytest.fixture
def listen():
    """Return a function that connects a socket as a person."""
    opened = []

    def connect(person, transport="websocket"):
        opened.append(Listener(person, (transport,)))
        return opened[-1]

    yield connect
    for listener in opened:
        listener.close()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_socket_is_told_first_what_it_will_not_be_told(second, alice, charlie, vm, listen, transport):
    for _ in range(3):
        seen = int(alice.book(vm).headers["LoadZone-Seen"])
        told = listen(at(second, alice), transport).first["sequence"]
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
