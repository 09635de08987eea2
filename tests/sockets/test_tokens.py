"""A program's socket: it brings a token, hears what that person hears, and is cut when the token is worth nothing."""

import pytest
import socketio

from support.answers import done
from support.people import Person

FORGED = "lz_0123456789abcdef_" + "x" * 43


@pytest.fixture
def made(newcomer):
    return done(newcomer.make_token("nightly-perf"), 201)


@pytest.fixture
def by_token(listen, charlie):
    """Connects with that token, and no cookie."""
    return lambda token, **more: listen(charlie, Authorization=f"Bearer {token}", **more)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_it_hears_what_a_member_hears(bob, vm, made, by_token, transport):
    ear = by_token(made["token"], transports=(transport,))
    done(bob.book(vm, note="tests"))
    change = ear.wait_for_change(bob.state()["revision"])
    assert change["vms"] == [bob.vm(vm)]
    ear.wait_for("notification", kind="booked", vm_id=vm)


def test_and_what_is_for_that_person_alone(bob, newcomer, vm, made, by_token):
    ear = by_token(made["token"])
    done(bob.book(vm))
    done(newcomer.join(vm))
    done(bob.cancel(vm))
    ear.wait_for("notification", kind="held", vm_id=vm)


def test_the_cookie_beside_it_is_not_looked_at(bob, carol, newcomer, vm, made, listen):
    ear = listen(carol, Authorization=f"Bearer {made['token']}")
    done(bob.book(vm))
    done(newcomer.join(vm))
    done(bob.cancel(vm))
    ear.wait_for("notification", kind="held", vm_id=vm)


def test_revoking_it_cuts_its_sockets_and_no_others(newcomer, bob, vm, made, by_token, listen):
    browser, ears = listen(newcomer), [by_token(made["token"]), by_token(made["token"])]
    other = by_token(done(newcomer.make_token("other"), 201)["token"])
    done(newcomer.revoke(made["id"]))
    for ear in ears:
        ear.wait_for("disconnect")
    done(bob.book(vm, note="after"))
    for ear in (browser, other):
        ear.wait_for("notification", vm_id=vm)
    assert all("after" not in str(ear.heard) for ear in ears)


def test_removing_the_person_cuts_them(alice, newcomer, made, by_token):
    ear = by_token(made["token"])
    done(alice.remove_user(newcomer.email))
    ear.wait_for("disconnect")


def test_signing_out_everywhere_does_not(newcomer, bob, vm, made, by_token):
    ear = by_token(made["token"])
    done(newcomer.sign_out(everywhere=True))
    done(bob.book(vm))
    ear.wait_for("notification", vm_id=vm)


@pytest.mark.parametrize(
    ("token", "transport"),
    [(FORGED, "websocket"), (FORGED, "polling"), ("", "polling"), ("nonsense", "polling"), ("é" * 20, "polling")],
)
def test_a_bad_one_may_not_listen_not_even_as_a_stranger(server, by_token, token, transport):
    with pytest.raises(socketio.exceptions.ConnectionError):
        by_token(token.encode().decode("latin-1"), transports=(transport,))
    assert "Traceback" not in server.log


def test_nor_a_revoked_one(newcomer, made, by_token):
    done(newcomer.revoke(made["id"]))
    with pytest.raises(socketio.exceptions.ConnectionError):
        by_token(made["token"], transports=("polling",))


def test_another_sites_page_may_not_even_with_a_token(made, by_token):
    with pytest.raises(socketio.exceptions.ConnectionError):
        by_token(made["token"], Origin="https://evil.example")


def test_what_is_no_bearer_is_passed_over(bob, server, vm, listen):
    ear = listen(bob, Authorization="Basic Ym9iOnBhc3M=")
    done(Person(server).sign_in().book(vm))
    ear.wait_for("notification", kind="booked", vm_id=vm)
