"""A socket with a token receives what the token's owner receives, and is disconnected once the token is void."""

import pytest
import socketio

from support.answers import done
from support.people import Person

FORGED = "lz_0123456789abcdef_" + "x" * 43


@pytest.fixture
def token(newcomer):
    return done(newcomer.make_token("nightly-perf"), 201)


@pytest.fixture
def listen_with(listen, charlie):
    """Return a function that connects with this token, without a cookie."""
    return lambda text, **more: listen(charlie, Authorization=f"Bearer {text}", **more)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_token_receives_what_a_member_receives(bob, vm, token, listen_with, transport):
    listener = listen_with(token["token"], transports=(transport,))
    done(bob.book(vm, note="tests"))
    change = listener.wait_for_change(bob.state()["revision"])
    assert change["vms"] == [bob.vm(vm)]
    listener.wait_for("notification", kind="booked", vm_id=vm)


def test_a_token_receives_what_is_sent_to_its_owner_only(bob, newcomer, vm, token, listen_with):
    listener = listen_with(token["token"])
    done(bob.book(vm))
    done(newcomer.join(vm))
    done(bob.cancel(vm))
    listener.wait_for("notification", kind="held", vm_id=vm)


def test_the_cookie_is_ignored_beside_a_token(bob, carol, newcomer, vm, token, listen):
    listener = listen(carol, Authorization=f"Bearer {token['token']}")
    done(bob.book(vm))
    done(newcomer.join(vm))
    done(bob.cancel(vm))
    listener.wait_for("notification", kind="held", vm_id=vm)


def test_revoking_a_token_disconnects_its_sockets_and_no_others(newcomer, bob, vm, token, listen_with, listen):
    browser, listeners = listen(newcomer), [listen_with(token["token"]), listen_with(token["token"])]
    other = listen_with(done(newcomer.make_token("other"), 201)["token"])
    done(newcomer.revoke(token["id"]))
    for listener in listeners:
        listener.wait_for("disconnect")
    done(bob.book(vm, note="after"))
    for listener in (browser, other):
        listener.wait_for("notification", vm_id=vm)
    assert all("after" not in str(listener.received) for listener in listeners)


def test_removing_the_owner_disconnects_the_sockets(alice, newcomer, token, listen_with):
    listener = listen_with(token["token"])
    done(alice.remove_user(newcomer.email))
    listener.wait_for("disconnect")


def test_signing_out_everywhere_keeps_the_sockets(newcomer, bob, vm, token, listen_with):
    listener = listen_with(token["token"])
    done(newcomer.sign_out(everywhere=True))
    done(bob.book(vm))
    listener.wait_for("notification", vm_id=vm)


@pytest.mark.parametrize(
    ("text", "transport"),
    [(FORGED, "websocket"), (FORGED, "polling"), ("", "polling"), ("nonsense", "polling"), ("é" * 20, "polling")],
)
def test_a_bad_token_cannot_connect_not_even_as_a_stranger(server, listen_with, text, transport):
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen_with(text.encode().decode("latin-1"), transports=(transport,))
    assert "Traceback" not in server.log


def test_a_revoked_token_cannot_connect(newcomer, token, listen_with):
    done(newcomer.revoke(token["id"]))
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen_with(token["token"], transports=("polling",))


def test_another_site_cannot_connect_even_with_a_token(token, listen_with):
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen_with(token["token"], Origin="https://evil.example")


def test_other_authorization_schemes_are_ignored(bob, server, vm, listen):
    listener = listen(bob, Authorization="Basic Ym9iOnBhc3M=")
    done(Person(server).sign_in().book(vm))
    listener.wait_for("notification", kind="booked", vm_id=vm)
