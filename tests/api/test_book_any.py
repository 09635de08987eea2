"""POST /book {"group_id", "count"}: book free machines of a group, all or none, longest unused first."""

import pytest

from support.answers import done, refusal
from support.inventory import from_now, moment


@pytest.fixture
def group_of(make_vm, make_group):
    """Return a function that makes a group of new machines with these tags, and returns its id and theirs."""

    def make(*tags_of_each: list[str]) -> tuple[int, list[str]]:
        vms = [make_vm(tags=tags) for tags in tags_of_each]
        return make_group(*vms), vms

    return make


def ids(answer: object) -> list[str]:
    return [vm["id"] for vm in answer["vms"]]


def test_any_free_machine_is_booked(bob, group_of):
    group, vms = group_of([], [])
    answer = done(bob.book_any(group, 2, note="nightly"))
    assert answer.keys() == {"vms"}
    [vm] = answer["vms"]
    assert vm["id"] in vms
    assert vm == bob.vm(vm["id"])
    assert (vm["state"], vm["booked_by"], vm["note"]) == ("booked", "bob@example.com", "nightly")
    assert abs(moment(vm["expires_at"]) - from_now(hours=2)).total_seconds() < 60
    assert bob.actions(vm["id"]) == ["book"]


def test_several_are_booked_in_one_revision(bob, group_of):
    group, vms = group_of([], [], [])
    before = bob.state()["revision"]
    assert sorted(ids(done(bob.book_any(group, 1, count=3)))) == sorted(vms)
    assert bob.state()["revision"] == before + 1
    assert {bob.vm(vm)["expires_at"] for vm in vms} == {bob.vm(vms[0])["expires_at"]}


def test_none_is_booked_if_too_few_are_free(bob, carol, group_of):
    group, vms = group_of([], [], [])
    later = done(carol.book(vms[0], 5))
    sooner = done(carol.book(vms[1], 3))
    before = bob.state()
    answer = bob.book_any(group, 1, count=2)
    assert refusal(answer) == (409, "not_enough_free")
    body = answer.json()
    assert (body["free"], body["count"], body["until"]) == (1, 2, sooner["expires_at"])
    assert later["expires_at"] > sooner["expires_at"]
    assert bob.state() == before


def test_until_is_null_if_no_booking_will_end(bob, group_of, make_group):
    group, _ = group_of([], [])
    answer = bob.book_any(group, 1, count=3)
    assert refusal(answer) == (409, "not_enough_free")
    assert (answer.json()["free"], answer.json()["until"]) == (2, None)
    assert refusal(bob.book_any(make_group())) == (409, "not_enough_free")


def test_unused_machines_go_first_then_those_unused_for_longest(bob, group_of):
    group, (one, two, three) = group_of([], [], [])
    for vm in (two, one):
        done(bob.book(vm))
    for vm in (two, one):
        done(bob.cancel(vm))
    order = [ids(done(bob.book_any(group)))[0] for _ in range(3)]
    assert order == [three, two, one]


def test_a_machine_that_was_given_back_is_not_the_next_at_once(bob, group_of):
    group, vms = group_of([], [], [])
    used = []
    for _ in range(6):
        [vm] = ids(done(bob.book_any(group)))
        used.append(vm)
        done(bob.cancel(vm))
    assert used[:3] == used[3:]
    assert sorted(used[:3]) == sorted(vms)


def test_only_machines_with_all_the_tags_are_booked(bob, group_of):
    group, (_, both, _) = group_of(["linux"], ["Linux", "GPU"], ["gpu"])
    assert ids(done(bob.book_any(group, tags=["linux", "gpu"]))) == [both]
    answer = bob.book_any(group, tags=["linux", "gpu"])
    assert refusal(answer) == (409, "not_enough_free")
    assert (answer.json()["free"], answer.json()["until"]) == (0, bob.vm(both)["expires_at"])
    assert refusal(bob.book_any(group, tags=["windows"])) == (409, "not_enough_free")


def test_a_machine_held_for_somebody_else_is_not_free(bob, carol, group_of):
    group, (vm,) = group_of([])
    done(carol.join(vm))
    answer = bob.book_any(group)
    assert refusal(answer) == (409, "not_enough_free")
    assert answer.json()["free"] == 0
    assert bob.vm(vm)["held_for"] == "carol@example.com"


def test_a_machine_held_for_the_caller_is_free_and_goes_first(carol, group_of):
    group, (one, two) = group_of([], [])
    done(carol.join(two))
    assert ids(done(carol.book_any(group))) == [two]
    assert ids(done(carol.book_any(group))) == [one]


def test_a_machine_in_maintenance_is_not_free(alice, bob, group_of):
    group, (one, two) = group_of([], [])
    done(alice.edit_vm(one, maintenance="disk swap"))
    assert refusal(bob.book_any(group, count=2)) == (409, "not_enough_free")
    assert ids(done(bob.book_any(group))) == [two]


def test_not_even_an_admin_forces_a_group(alice, carol, group_of):
    group, (vm,) = group_of([])
    done(carol.join(vm))
    assert refusal(alice.book_any(group, force=True)) == (409, "not_enough_free")
    assert alice.vm(vm)["held_for"] == "carol@example.com"


def test_an_unknown_group_is_refused(bob):
    assert refusal(bob.book_any(987654321)) == (404, "no_such_group")


def test_a_stranger_cannot_book_any(charlie, group_of):
    group, vms = group_of([])
    assert refusal(charlie.book_any(group)) == (401, "not_signed_in")
    assert charlie.vm(vms[0])["state"] == "free"


@pytest.mark.parametrize("count", [0, -1, 1001, 1.5, "2", True, None])
def test_a_bad_count_is_refused(bob, group_of, count):
    group, vms = group_of([])
    answer = bob.book_any(group, count=count)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "count"
    assert bob.vm(vms[0])["state"] == "free"


def test_too_many_hours_are_refused(bob, group_of):
    group, _ = group_of([])
    answer = bob.book_any(group, 25)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["max"] == 24
