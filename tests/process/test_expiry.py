"""Bookings end at `expires_at`. Those that ended while the server was down are ended before the first answer."""

import threading

from support.answers import done
from support.inventory import from_now, inventory, machine, moment, record, user
from support.listener import Listener
from support.people import Person
from support.waiting import eventually, soonest

TRIES = 10


def test_bookings_that_ended_while_down_end_before_the_first_answer(start):
    ended, later = from_now(minutes=-5), from_now(hours=1)
    held = user(record("ended", from_now(hours=-2), ended), record("still", from_now(hours=-2), later))
    old = inventory(
        [machine("ended", "bob@example.com", ended), machine("still", "bob@example.com", later)],
        users={"bob@example.com": held},
    )
    server = start(old)
    stranger = Person(server)
    assert stranger.vm("ended")["state"] == "free"
    assert stranger.vm("still")["state"] == "booked"
    assert server.stored_vm("ended")["booked_by"] is None
    bob = Person(server, "bob@example.com").sign_in()
    assert bob.actions("ended") == ["book", "release"]


def test_the_first_answer_after_a_restart_shows_an_ended_booking_as_free(start):
    server = start(inventory([machine("vm")]))
    bob = Person(server).sign_in()
    ends = moment(done(bob.book("vm", 0.4 / 3600))["expires_at"])
    server.kill()
    eventually(lambda: from_now() > ends)
    server.start()
    assert bob.vm("vm")["state"] == "free"
    assert bob.actions("vm") == ["book", "release"]


def test_a_machine_is_free_at_the_moment_its_booking_ends(start):
    server = start(inventory([machine(f"vm-{n}") for n in range(TRIES)]))
    bob, carol = Person(server).sign_in(), Person(server).sign_in()
    with Listener(carol) as listener:
        assert soonest(lateness(bob, listener, f"vm-{n}") for n in range(TRIES)) < 0.5
    done(carol.book("vm-0"))


def test_a_renewal_moves_the_end(start):
    server = start(inventory([machine("vm"), machine("other")]))
    bob = Person(server).sign_in()
    with Listener(bob) as listener:
        done(bob.book("vm", 4 / 3600))
        done(bob.renew("vm", 1))
        done(bob.book("other", 4.2 / 3600))
        listener.wait_for("notification", kind="expired", vm_id="other")
        assert [sent["vm_id"] for sent in listener.notifications("expired")] == ["other"]
    assert bob.vm("vm")["state"] == "booked"


def test_five_thousand_bookings_do_not_delay_the_end_of_another(start):
    far = [machine(f"far-{n}", "bob@example.com", from_now(hours=10, seconds=n)) for n in range(5000)]
    server = start(inventory([*far, *(machine(f"vm-{n}") for n in range(TRIES))]))
    bob = Person(server, "bob@example.com").sign_in()
    with Listener(bob) as listener:
        assert soonest(lateness(bob, listener, f"vm-{n}") for n in range(TRIES)) < 0.1


def lateness(holder, listener, vm: str) -> float:
    """Return the seconds from the end of a short booking to its notification."""
    booked = done(holder.book(vm, 0.4 / 3600))
    listener.wait_for("notification", kind="expired", vm_id=vm)
    return (from_now() - moment(booked["expires_at"])).total_seconds()


def test_ten_thousand_bookings_that_end_at_once_are_ended_once_each_in_a_few_commits(start):
    ends, people, each = from_now(seconds=5), 100, 100
    held = {f"person-{p}@example.com": [f"vm-{p}-{n}" for n in range(each)] for p in range(people)}
    server = start(
        inventory(
            [machine(vm, email, ends) for email, vms in held.items() for vm in vms],
            users={email: user(*(record(vm, from_now(hours=-1), ends) for vm in vms)) for email, vms in held.items()},
        )
    )
    reader = Person(server, "alice@example.com").sign_in()
    before = reader.state()  # all are booked, or on a very busy machine already free since the start
    eventually(lambda: {vm["state"] for vm in reader.state()["vms"]} == {"free"}, timeout=60)
    assert reader.state()["revision"] <= before["revision"] + 10
    for email, stored in server.stored()["users"].items():
        released = [entry["vm_id"] for entry in stored["bookings"] if entry["action"] == "release"]
        assert sorted(released) == sorted(held.get(email, [])), email


def test_history_older_than_an_hour_is_removed_at_the_start(start):
    long_ago = from_now(hours=-3)
    old = user(record("vm", long_ago, from_now(hours=-2)), record("vm", from_now(hours=-2), None, "release"))
    server = start(inventory([machine("vm")], users={"bob@example.com": old}))
    bob = Person(server, "bob@example.com").sign_in()
    assert bob.history() == []


def test_an_unchanged_file_is_not_written_at_the_start(start):
    server = start(inventory([machine("vm")]))
    done(Person(server, "alice@example.com").sign_in().book("vm"))
    server.stop()
    before = server.data.stat()
    server.start()
    Person(server).state()
    after = server.data.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_bookings_end_while_others_are_made(start):
    """Bookings end on time while a hundred others are made."""
    server = start(inventory([machine(f"vm-{n}") for n in range(60)]))
    bob, carol = Person(server).sign_in(), Person(server).sign_in()

    def book_and_release() -> None:
        for _ in range(3):
            for n in range(30, 60):
                done(carol.book(f"vm-{n}"))
                done(carol.cancel(f"vm-{n}"))

    thread = threading.Thread(target=book_and_release)
    thread.start()
    for n in range(30):
        done(bob.book(f"vm-{n}", 0.4 / 3600))
    thread.join()
    for n in range(30):
        eventually(lambda n=n: bob.vm(f"vm-{n}")["state"] == "free")
    assert all(bob.actions(f"vm-{n}") == ["book", "release"] for n in range(30))
