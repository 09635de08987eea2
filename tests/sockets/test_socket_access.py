"""Who may connect, and what becomes of the sockets of those who are signed out."""

import pytest
import socketio

from support.answers import done
from support.people import Person


def test_anybody_may_listen_as_a_stranger(bob, charlie, vm, listen):
    ear = listen(charlie)
    done(bob.book(vm))
    ear.wait_for_change(charlie.state()["revision"])


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_another_site_may_not(bob, listen, origin):
    for transport in ("websocket", "polling"):
        with pytest.raises(socketio.exceptions.ConnectionError):
            listen(bob, transports=(transport,), Origin=origin)


def test_ones_own_site_may(bob, server, vm, listen):
    ear = listen(bob, Origin=server.url)
    done(bob.book(vm))
    ear.wait_for_change(bob.state()["revision"])


def test_the_public_address_of_the_settings_may(start, listen):
    server = start(LOADZONE_BASE_URL="https://lz.example.com")
    assert listen(Person(server).sign_in(), Origin="https://lz.example.com").connected


def test_a_forwarded_host_may_when_the_proxy_is_trusted(start, listen):
    bob = Person(start(LOADZONE_TRUSTED_PROXIES="1")).sign_in()
    forwarded = {"X_Forwarded_Host": "lz.example.com", "X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1"}
    assert listen(bob, Origin="https://lz.example.com", **forwarded).connected
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen(bob, Origin="https://evil.example", **forwarded)


def test_signing_out_cuts_the_socket(newcomer, listen):
    ear = listen(newcomer)
    done(newcomer.sign_out())
    ear.wait_for("disconnect")


def test_signing_out_here_leaves_the_other_browsers_socket(newcomer, server, bob, vm, listen):
    elsewhere = listen(Person(server, newcomer.email).sign_in())
    here = listen(newcomer)
    done(newcomer.sign_out())
    here.wait_for("disconnect")
    done(bob.book(vm))
    elsewhere.wait_for("notification", vm_id=vm)


def test_signing_out_everywhere_cuts_them_all(newcomer, server, listen):
    ears = [listen(newcomer), listen(newcomer), listen(Person(server, newcomer.email).sign_in())]
    done(newcomer.sign_out(everywhere=True))
    for ear in ears:
        ear.wait_for("disconnect")


def test_removing_a_person_cuts_their_sockets_before_the_next_word(alice, bob, newcomer, vm, listen):
    ear = listen(newcomer)
    done(alice.remove_user(newcomer.email))
    ear.wait_for("disconnect")
    done(bob.book(vm, note="after"))
    assert "after" not in str(ear.heard)


def test_who_comes_back_after_signing_out_is_a_stranger(bob, newcomer, vm, listen):
    newcomer.sign_out()
    ear = listen(newcomer)
    done(bob.book(vm))
    change = ear.wait_for_change(newcomer.state()["revision"])
    assert change["vms"][0]["booked_by"] == "b…@example.com"
    assert ear.notifications() == []


def test_no_command_arrives_over_a_socket(bob, carol, vm, listen):
    ear = listen(carol)
    for event in ("book", "change", "notification", "message", "join"):
        ear.emit(event, {"vm_id": vm, "hours": 1, "room": "bob@example.com"})
    done(bob.book(vm))
    ear.wait_for("notification", vm_id=vm)
    assert bob.vm(vm)["booked_by"] == "bob@example.com"
    assert [event for event, _ in ear.heard] == ["change", "notification"]


def test_what_is_not_the_protocol_does_not_disturb_the_others(server, bob, carol, vm, listen):
    ear = listen(carol)
    assert bob.get("/socket.io/?EIO=3&transport=polling").status_code == 400
    assert bob.get("/socket.io/?EIO=4&transport=nonsense").status_code == 400
    assert bob.get("/socket.io/?EIO=4&transport=polling&sid=nobody").status_code == 400
    bob.post_raw("/socket.io/?EIO=4&transport=polling", "garbage", "text/plain")
    done(bob.book(vm))
    ear.wait_for("notification", vm_id=vm)
    assert "Traceback" not in server.log
