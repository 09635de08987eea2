"""POST /queue/join and /queue/leave: people wait in order for a machine, or for any machine of a group."""

import pytest

from support.answers import done, is_russian, refusal
from support.inventory import from_now, moment
from support.people import Person


@pytest.fixture
def taken(bob, vm):
    """A machine that bob has booked."""
    done(bob.book(vm))
    return vm


@pytest.fixture
def full_group(bob, make_vm, make_group):
    """A group of two machines that bob has booked."""
    vms = make_vm(), make_vm()
    for vm in vms:
        done(bob.book(vm))
    return make_group(*vms)


@pytest.fixture
def people(server):
    """Return a function that signs in so many new people."""
    return lambda count: [Person(server).sign_in() for _ in range(count)]


def test_joining_answers_with_the_position_and_shows_the_queue(carol, newcomer, bob, taken):
    assert done(carol.join(taken, 2)) == {"status": "ok", "position": 1}
    assert done(newcomer.join(taken, 0.5, auto=True)) == {"status": "ok", "position": 2}
    first, second = bob.vm(taken)["queue"]
    assert first.keys() == {"email", "hours", "auto", "since", "count"}
    assert (first["email"], first["hours"], first["auto"], first["count"]) == ("carol@example.com", 2, False, 1)
    assert (second["email"], second["hours"], second["auto"]) == (newcomer.email, 0.5, True)
    assert moment(first["since"]) <= moment(second["since"]) <= from_now()


def test_joining_is_on_disk_before_the_answer_and_changes_the_revision(carol, taken, server):
    before = carol.state()["revision"]
    done(carol.join(taken))
    assert [waiter["email"] for waiter in server.stored_vm(taken)["queue"]] == ["carol@example.com"]
    assert carol.state()["revision"] == before + 1


def test_joining_again_keeps_the_position_and_changes_the_request(carol, newcomer, taken):
    done(carol.join(taken, 2))
    done(newcomer.join(taken))
    since = carol.vm(taken)["queue"][0]["since"]
    assert done(carol.join(taken, 3, auto=True)) == {"status": "already_in_queue", "position": 1}
    first, second = carol.vm(taken)["queue"]
    assert (first["email"], first["hours"], first["auto"], first["since"]) == ("carol@example.com", 3, True, since)
    assert done(newcomer.join(taken))["position"] == 2
    assert second["email"] == newcomer.email


def test_joining_at_a_free_machine_needs_no_waiting(carol, make_vm):
    vm = make_vm()
    assert done(carol.join(vm)) == {"status": "ok", "position": 0}
    assert (carol.vm(vm)["state"], carol.vm(vm)["held_for"]) == ("held", "carol@example.com")
    assert done(carol.join(vm)) == {"status": "already_in_queue", "position": 0}
    other = make_vm()
    assert done(carol.join(other, 2, auto=True)) == {"status": "ok", "position": 0}
    assert (carol.vm(other)["state"], carol.vm(other)["booked_by"]) == ("booked", "carol@example.com")


def test_leaving_moves_the_others_up(carol, newcomer, alice, taken):
    for person in (carol, newcomer, alice):
        done(person.join(taken))
    assert done(carol.leave(taken)) == {"status": "ok"}
    assert alice.queue(taken) == [newcomer.email, alice.email]
    assert done(alice.join(taken))["position"] == 2


def test_only_those_who_wait_can_leave(carol, newcomer, taken, full_group):
    for place in (taken, full_group):
        assert refusal(carol.leave(place)) == (409, "not_in_queue")
    done(carol.join(taken))
    done(carol.leave(taken))
    assert refusal(carol.leave(taken)) == (409, "not_in_queue")


def test_an_admin_takes_somebody_out(alice, carol, newcomer, taken, full_group):
    for place in (taken, full_group):
        done(carol.join(place))
        done(newcomer.join(place))
        done(alice.leave(place, email="CAROL@Example.com"))
        assert alice.queue(place) == [newcomer.email]
        assert refusal(alice.leave(place, email="carol@example.com")) == (409, "not_in_queue")


def test_a_user_cannot_take_somebody_out(bob, carol, taken, full_group):
    for place in (taken, full_group):
        done(carol.join(place))
        assert refusal(bob.leave(place, email="carol@example.com")) == (403, "not_allowed")
        assert bob.queue(place) == ["carol@example.com"]


def test_the_holder_cannot_wait_for_the_machine(bob, taken):
    answer = bob.join(taken)
    assert refusal(answer) == (409, "is_yours")
    assert taken in answer.json()["error"]
    assert bob.queue(taken) == []


def test_the_holder_may_wait_for_another_machine_of_the_group(bob, full_group):
    """Even the holder of all its machines may wait: the first machine released goes to the first in the queue."""
    assert done(bob.join(full_group))["position"] == 1
    done(bob.renew(bob.group(full_group)["vm_ids"][0]))


def test_a_stranger_neither_joins_nor_leaves(charlie, carol, taken, full_group):
    for place in (taken, full_group):
        assert refusal(charlie.join(place)) == (401, "not_signed_in")
        assert refusal(charlie.leave(place)) == (401, "not_signed_in")
        assert carol.queue(place) == []


def test_nobody_can_wait_for_unknown_machines_and_groups(carol):
    for act in (carol.join, carol.leave):
        assert refusal(act("no-such-machine")) == (404, "no_such_vm")
        assert refusal(act(987654321)) == (404, "no_such_group")


@pytest.mark.parametrize("hours", [24.001, 1e308, 0, -1, None, "2", True])
def test_bad_hours_are_refused(carol, taken, hours):
    answer = carol.join(taken, hours)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "hours"
    assert carol.queue(taken) == []


def test_ten_wait_for_a_machine_and_no_more(people, taken):
    *ten, eleventh = people(11)
    assert [done(person.join(taken))["position"] for person in ten] == list(range(1, 11))
    answer = eleventh.join(taken)
    assert refusal(answer) == (409, "queue_full")
    assert "10" in answer.json()["error"]
    assert done(ten[9].join(taken)) == {"status": "already_in_queue", "position": 10}
    done(ten[0].leave(taken))
    assert done(eleventh.join(taken)) == {"status": "ok", "position": 10}


def test_ten_wait_for_each_machine_of_a_group_and_no_more(people, full_group):
    *twenty, last = people(21)
    assert [done(person.join(full_group))["position"] for person in twenty] == list(range(1, 21))
    assert refusal(last.join(full_group)) == (409, "queue_full")


def test_the_queue_of_a_group_is_shown_in_the_group(carol, newcomer, full_group):
    assert done(carol.join(full_group, 2)) == {"status": "ok", "position": 1}
    assert done(newcomer.join(full_group, 1, count=2)) == {"status": "ok", "position": 2}
    seen = carol.group(full_group)["queue"]
    assert seen == next(group for group in carol.state()["groups"] if group["id"] == full_group)["queue"]
    assert [(waiter["email"], waiter["hours"], waiter["count"]) for waiter in seen] == [
        ("carol@example.com", 2, 1),
        (newcomer.email, 1, 2),
    ]


def test_more_machines_than_the_group_has_cannot_be_waited_for(carol, full_group):
    answer = carol.join(full_group, count=3)
    assert refusal(answer) == (409, "group_too_small")
    assert answer.json()["n"] == 2
    assert carol.queue(full_group) == []


def test_a_group_that_is_still_empty_can_be_waited_for(alice, carol, make_group, make_vm):
    group = make_group()
    assert done(carol.join(group))["position"] == 1
    vm = make_vm(group_id=group)
    assert (alice.vm(vm)["held_for"], alice.queue(group)) == ("carol@example.com", [])


def test_one_free_machine_of_the_group_is_held_at_once(carol, make_vm, make_group):
    vm = make_vm()
    group = make_group(vm)
    assert done(carol.join(group)) == {"status": "ok", "position": 0}
    assert carol.vm(vm)["held_for"] == "carol@example.com"
    assert carol.queue(group) == []


def test_the_longest_waiting_of_both_queues_is_served_first(bob, carol, newcomer, full_group):
    one, other = bob.group(full_group)["vm_ids"]
    done(carol.join(full_group))
    done(newcomer.join(one))
    assert done(bob.cancel(one))["held_for"] == "carol@example.com"
    assert bob.queue(one) == [newcomer.email]
    done(carol.leave(one))
    assert bob.vm(one)["held_for"] == newcomer.email
    assert done(bob.cancel(other))["state"] == "free", "nobody else waits for the group"


def test_a_person_who_wants_two_machines_gets_them_together(bob, carol, newcomer, full_group):
    one, other = bob.group(full_group)["vm_ids"]
    done(carol.join(full_group, count=2))
    first = done(bob.cancel(one))
    assert (first["state"], first["held_for"], first["held_until"]) == ("held", "carol@example.com", None)
    assert bob.queue(full_group) == ["carol@example.com"]
    answer = newcomer.book(one)
    assert refusal(answer) == (409, "vm_held")
    assert (answer.json()["holder"], answer.json()["until"]) == ("carol@example.com", None)
    done(bob.cancel(other))
    both = [bob.vm(vm) for vm in (one, other)]
    assert {vm["held_for"] for vm in both} == {"carol@example.com"}
    assert both[0]["held_until"] == both[1]["held_until"] is not None
    assert bob.queue(full_group) == []
    assert len(done(carol.book_any(full_group, count=2))["vms"]) == 2


def test_leaving_before_all_machines_are_free_gives_up_those_held(bob, carol, newcomer, full_group):
    one, _ = bob.group(full_group)["vm_ids"]
    done(carol.join(full_group, count=2))
    done(newcomer.join(full_group))
    done(bob.cancel(one))
    done(carol.leave(full_group))
    assert (bob.vm(one)["held_for"], bob.queue(full_group)) == (newcomer.email, [])
    assert bob.vm(one)["held_until"]


def test_a_stranger_sees_no_queue_of_machines_and_masked_queues_of_groups(charlie, carol, taken, full_group):
    done(carol.join(taken))
    done(carol.join(full_group))
    assert charlie.vm(taken).keys() == {"id", "group", "state", "expires_at", "booked_by"}
    assert charlie.queue(full_group) == ["c…@example.com"]
    assert [waiter["email"] for waiter in charlie.get("/groups").json()[-1]["queue"]] == ["c…@example.com"]
    assert "carol@" not in charlie.get("/vms").text + charlie.get("/groups").text + charlie.get("/").text


def test_getting_the_machine_by_the_groups_queue_ends_the_place_in_its_own(bob, carol, full_group):
    vm = bob.group(full_group)["vm_ids"][0]
    done(carol.join(full_group))
    done(carol.join(vm))
    done(bob.cancel(vm))
    done(carol.book(vm))
    assert carol.queue(vm) == carol.queue(full_group) == []


def test_a_removed_person_is_in_no_queue(alice, newcomer, carol, taken, full_group):
    for place in (taken, full_group):
        done(newcomer.join(place))
        done(carol.join(place))
    done(alice.remove_user(newcomer.email))
    assert alice.queue(taken) == alice.queue(full_group) == ["carol@example.com"]


def test_a_deleted_machine_loses_its_queue(alice, carol, taken):
    done(carol.join(taken))
    done(alice.delete_vm(taken, force=True))
    done(alice.add_vm(taken), 201)
    assert alice.vm(taken)["queue"] == []
    assert alice.vm(taken)["state"] == "free"


def test_a_group_that_shrinks_drops_those_who_want_too_many_machines(alice, bob, carol, newcomer, full_group):
    one, other = bob.group(full_group)["vm_ids"]
    done(carol.join(full_group, count=2))
    done(newcomer.join(full_group))
    done(alice.take_from_group(one))
    assert alice.queue(full_group) == [newcomer.email]
    assert done(bob.cancel(other))["held_for"] == newcomer.email


def test_a_free_machine_that_moves_into_a_group_serves_its_queue(alice, bob, carol, make_vm, full_group):
    done(carol.join(full_group))
    vm = make_vm()
    done(alice.add_to_group(full_group, [vm]))
    assert alice.vm(vm)["held_for"] == "carol@example.com"


def test_the_holder_cannot_renew_while_somebody_waits_for_the_group(bob, carol, full_group):
    vm = bob.group(full_group)["vm_ids"][0]
    done(carol.join(full_group))
    assert refusal(bob.renew(vm)) == (409, "others_wait")


@pytest.mark.parametrize(("language", "russian"), [("en", False), ("ru", True)])
def test_a_refusal_is_a_sentence_in_the_readers_language(server, bob, carol, full_group, language, russian):
    reader = Person(server, language=language).sign_in()
    vm = bob.group(full_group)["vm_ids"][0]
    for answer in (reader.join(full_group, count=3), reader.leave(vm), reader.leave(full_group)):
        assert is_russian(answer.json()["error"]) is russian
