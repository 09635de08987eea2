"""Rules about which clients may connect, and the end of sockets when their person signs out or is removed."""

import pytest
import socketio

from support.answers import done
from support.people import Person


def test_anybody_may_connect_as_a_stranger(bob, charlie, vm, listen):
    listener = listen(charlie)
    done(bob.book(vm))
    listener.wait_for_change(charlie.state()["revision"])


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_another_site_may_not_connect(bob, listen, origin):
    for transport in ("websocket", "polling"):
        with pytest.raises(socketio.exceptions.ConnectionError):
            listen(bob, transports=(transport,), Origin=origin)


def test_the_own_site_may_connect(bob, server, vm, listen):
    listener = listen(bob, Origin=server.url)
    done(bob.book(vm))
    listener.wait_for_change(bob.state()["revision"])


def test_the_public_address_of_the_settings_may_connect(start, listen):
    server = start(LOADZONE_BASE_URL="https://lz.example.com")
    assert listen(Person(server).sign_in(), Origin="https://lz.example.com").connected


def test_the_forwarded_host_may_connect_if_the_proxy_is_trusted(start, listen):
    bob = Person(start(LOADZONE_TRUSTED_PROXIES="1")).sign_in()
    forwarded = {"X_Forwarded_Host": "lz.example.com", "X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1"}
    assert listen(bob, Origin="https://lz.example.com", **forwarded).connected
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen(bob, Origin="https://evil.example", **forwarded)


def test_signing_out_disconnects_the_socket(newcomer, listen):
    listener = listen(newcomer)
    done(newcomer.sign_out())
    listener.wait_for("disconnect")


def test_signing_out_in_one_browser_keeps_the_sockets_of_another(newcomer, server, bob, vm, listen):
    elsewhere = listen(Person(server, newcomer.email).sign_in())
    here = listen(newcomer)
    done(newcomer.sign_out())
    here.wait_for("disconnect")
    done(bob.book(vm))
    elsewhere.wait_for("notification", vm_id=vm)


def test_signing_out_everywhere_disconnects_all_sockets(newcomer, server, listen):
    listeners = [listen(newcomer), listen(newcomer), listen(Person(server, newcomer.email).sign_in())]
    done(newcomer.sign_out(everywhere=True))
    for listener in listeners:
        listener.wait_for("disconnect")


def test_removing_a_person_disconnects_their_sockets_before_the_next_event(alice, bob, newcomer, vm, listen):
    listener = listen(newcomer)
    done(alice.remove_user(newcomer.email))
    listener.wait_for("disconnect")
    done(bob.book(vm, note="after"))
    assert "after" not in str(listener.received)


def test_a_socket_opened_after_signing_out_is_a_strangers(bob, newcomer, vm, listen):
    newcomer.sign_out()
    listener = listen(newcomer)
    done(bob.book(vm))
    change = listener.wait_for_change(newcomer.state()["revision"])
    assert change["vms"][0]["booked_by"] == "b…@example.com"
    assert listener.notifications() == []


def test_events_sent_by_clients_do_nothing(bob, carol, vm, listen):
    listener = listen(carol)
    for event in ("book", "change", "notification", "message", "join"):
        listener.emit(event, {"vm_id": vm, "hours": 1, "room": "bob@example.com"})
    done(bob.book(vm))
    listener.wait_for("notification", vm_id=vm)
    assert bob.vm(vm)["booked_by"] == "bob@example.com"
    assert [event for event, _ in listener.received] == ["change", "notification"]


def test_requests_against_the_protocol_do_not_disturb_others(server, bob, carol, vm, listen):
    listener = listen(carol)
    assert bob.get("/socket.io/?EIO=3&transport=polling").status_code == 400
    assert bob.get("/socket.io/?EIO=4&transport=nonsense").status_code == 400
    assert bob.get("/socket.io/?EIO=4&transport=polling&sid=nobody").status_code == 400
    bob.post_raw("/socket.io/?EIO=4&transport=polling", "garbage", "text/plain")
    done(bob.book(vm))
    listener.wait_for("notification", vm_id=vm)
    assert "Traceback" not in server.log


def test_ending_a_session_disconnects_its_sockets_and_no_others(newcomer, server, listen):
    phone = Person(server, newcomer.email).sign_in()
    there, here = listen(phone), listen(newcomer)
    [session] = [one for one in done(phone.get("/sessions")) if one["current"]]
    done(newcomer.request("DELETE", f"/sessions/{session['id']}"))
    there.wait_for("disconnect")
    assert here.connected


def test_ending_all_other_sessions_disconnects_their_sockets(newcomer, server, listen):
    there, here = listen(Person(server, newcomer.email).sign_in()), listen(newcomer)
    done(newcomer.sign_out(elsewhere=True))
    there.wait_for("disconnect")
    assert here.connected
