"""LOADZONE_STRANGERS=none: the sockets of people who are not signed in receive nothing."""

import pytest

from support.answers import done


@pytest.fixture(scope="module")
def server(medium, tmp_path_factory):
    with medium.running(tmp_path_factory.mktemp("closed"), LOADZONE_STRANGERS="none") as server:
        yield server


def test_a_strangers_socket_receives_nothing(bob, charlie, vm, listen):
    stranger, member = listen(charlie), listen(bob)
    for _ in range(2):  # what the stranger would get of the first comes before the second
        done(bob.book(vm))
        done(bob.cancel(vm))
        member.wait_for_change(bob.state()["revision"])
    assert stranger.connected
    assert stranger.received == []


def test_after_signing_out_a_socket_receives_nothing(bob, newcomer, vm, listen):
    before = listen(newcomer)
    done(newcomer.sign_out())
    before.wait_for("disconnect")
    after, member = listen(newcomer), listen(bob)
    done(bob.book(vm))
    done(bob.cancel(vm))
    member.wait_for_change(bob.state()["revision"])
    assert after.received == []
    assert not [data for event, data in before.received if event != "disconnect"]
