"""What one person may have at a time: booked and held machines count, kept ones do not."""

from dataclasses import replace

import pytest

from loadzone.rules import booking, groups
from loadzone.rules.booking import book, book_all, book_any, cancel
from loadzone.rules.queue import join, leave
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE
from unit.queues import free, holds, queued, waiting


@pytest.fixture
def two(world):
    """A world in which one person may have two machines; "a" to "d" are in group 1."""
    world.add("a", "b", "c", "d")
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["a", "b", "c", "d"])
    world.limits = replace(world.limits, max_machines=2)
    return world


def has_two(world, who=BOB, vm_ids=("a", "b")):
    for vm_id in vm_ids:
        world.do(book, actor=who, vm_id=vm_id, hours=2)


def test_a_third_machine_is_refused_with_the_numbers(two):
    has_two(two)
    refusal = two.refused(book, actor=BOB, vm_id="c", hours=1)
    assert (refusal.code, STATUS[refusal.code]) == ("over_limit", 409)
    assert refusal.facts == {"limit": "max_machines", "max": 2, "used": 2, "left": 0}


@pytest.mark.parametrize(
    ("rule", "target"),
    [(book_all, {"vm_ids": ["b", "c"]}), (book_any, {"group_id": 1, "count": 2})],
)
def test_several_are_refused_together_and_none_is_booked(two, rule, target):
    has_two(two, vm_ids=["a"])
    refusal = two.refused(rule, actor=BOB, hours=1, **target)
    assert (refusal.code, refusal.facts["used"], refusal.facts["left"]) == ("over_limit", 1, 1)


@pytest.mark.parametrize(
    ("rule", "target"),
    [(book, {"vm_id": "c"}), (book_all, {"vm_ids": ["c", "d"]}), (book_any, {"group_id": 1, "count": 2})],
)
def test_an_admin_goes_over_it_by_force_alone(two, rule, target):
    has_two(two, ALICE)
    assert two.refused(rule, actor=ALICE, hours=1, **target).code == "over_limit"
    two.do(rule, actor=ALICE, hours=1, force=True, **target)
    assert two.vm("c").holder == ALICE


def test_force_helps_nobody_else(two):
    has_two(two)
    assert two.refused(book, actor=BOB, vm_id="c", hours=1, force=True).code == "over_limit"


def test_a_held_machine_counts_and_can_be_taken(two):
    has_two(two, CHARLIE)
    queued(two, BOB, vm_id="a")
    free(two, "a")
    has_two(two, BOB, ["c"])
    assert two.refused(book, actor=BOB, vm_id="d", hours=1).code == "over_limit"
    assert two.do(book, actor=BOB, vm_id="a", hours=1).holder == BOB


def test_a_machine_given_back_makes_room(two):
    has_two(two)
    two.do(cancel, actor=BOB, vm_id="a")
    assert two.do(book, actor=BOB, vm_id="c", hours=1).holder == BOB


def test_a_renewal_asks_for_no_room(two):
    has_two(two)
    two.limits = replace(two.limits, max_machines=1)
    assert two.do(booking.renew, actor=BOB, vm_id="a", hours=1).holder == BOB


# In queues


def test_more_machines_than_one_may_have_cannot_be_waited_for(two):
    refusal = two.refused(join, actor=BOB, group_id=1, hours=1, count=3)
    assert (refusal.code, refusal.facts["max"]) == ("over_limit", 2)


@pytest.mark.parametrize("place", [{"vm_id": "c"}, {"group_id": 1}])
@pytest.mark.parametrize("auto", [False, True])
def test_whoever_has_enough_is_passed_over_and_keeps_the_place(two, place, auto):
    has_two(two)
    has_two(two, CHARLIE, ["c", "d"])
    two.do(join, actor=BOB, hours=2, auto=auto, **place)
    two.later(minutes=1)
    queued(two, ALICE, **place)
    free(two, "c")
    assert holds(two) == {"c": (ALICE, True)}
    assert waiting(two.vm("c") if "vm_id" in place else two.state.groups[1]) == [BOB]


@pytest.mark.parametrize("place", [{"vm_id": "c"}, {"group_id": 1}])
def test_the_turn_comes_as_soon_as_one_machine_is_given_back(two, place):
    two.add("elsewhere")
    has_two(two, vm_ids=["a", "elsewhere"])
    has_two(two, CHARLIE, ["b", "d"])
    queued(two, BOB, **place)
    assert holds(two) == {}
    two.do(cancel, actor=BOB, vm_id="elsewhere")
    assert holds(two) == {"c": (BOB, True)}


def test_machines_kept_for_somebody_pass_on_once_that_person_has_enough(two):
    has_two(two, CHARLIE, ["a", "b"])
    has_two(two, ALICE, ["c", "d"])
    two.add("elsewhere")
    two.do(join, actor=BOB, group_id=1, hours=1, count=2)
    two.later(minutes=1)
    two.do(join, actor=CHARLIE, group_id=1, hours=1)
    free(two, "a")
    assert holds(two) == {"a": (BOB, False)}
    two.do(book, actor=BOB, vm_id="elsewhere", hours=1)
    assert holds(two) == {"a": (CHARLIE, True)}


def test_a_turn_here_takes_back_what_is_kept_there(two):
    """Bob is granted a machine of group 1 in the very change in which group 2 keeps one for him."""
    two.add("x", "y")
    two.do(groups.create, actor=ALICE, name="Other", vm_ids=["x", "y"])
    has_two(two, CHARLIE, ["a", "x"])
    has_two(two, ALICE, ["b", "y"])
    for vm_id in ("c", "d"):
        two.do(booking.book, actor=ALICE, vm_id=vm_id, hours=1, force=True)
    two.do(join, actor=BOB, group_id=2, hours=1, count=2)
    queued(two, BOB, group_id=1)
    two.do(cancel, actor=CHARLIE, vm_id="x")
    assert holds(two) == {"x": (BOB, False)}
    two.do(cancel, actor=CHARLIE, vm_id="a")
    assert holds(two) == {"a": (BOB, True)}
    assert waiting(two.state.groups[2]) == [BOB]


def test_what_was_held_for_others_is_not_lost_when_somebody_leaves(two):
    """Serving one machine may serve others: none of them may be taken away again in the same change."""
    two.limits = replace(two.limits, max_machines=3)
    has_two(two, CHARLIE, ["a", "b", "c"])
    two.do(booking.book, actor=ALICE, vm_id="d", hours=2)
    two.do(join, actor=BOB, group_id=1, hours=1, count=3)
    two.later(minutes=1)
    two.do(join, actor=ALICE, group_id=1, hours=1, count=2)
    free(two, "a", "b")
    assert holds(two) == {"a": (BOB, False), "b": (BOB, False)}
    two.do(leave, actor=BOB, group_id=1)
    assert holds(two) == {"a": (ALICE, True), "b": (ALICE, True)}
    assert [(event.kind, event.vm_id) for event in two.told()] == [("held", "a"), ("held", "b")]


def test_a_machine_that_is_concerned_twice_is_given_once(two):
    """Alice releases two machines of Bob's and Charlie's at once: Bob has room again, and waits for Charlie's."""
    two.add("x", "y", "z")
    has_two(two, BOB, ["x", "y"])
    has_two(two, CHARLIE, ["z"])
    queued(two, BOB, ALICE, vm_id="z")
    two.do(booking.cancel_all, actor=ALICE, vm_ids=["x", "z"])
    assert (holds(two), waiting(two.vm("z"))) == ({"z": (BOB, True)}, [ALICE])


@pytest.mark.parametrize("place", [{"vm_id": "c"}, {"group_id": 1}])
def test_whoever_has_enough_keeps_nobody_from_renewing(two, place):
    has_two(two)
    has_two(two, CHARLIE, ["c"])
    two.do(join, actor=BOB, hours=1, **place)
    assert "waited_for" not in two.kinds()
    assert two.do(booking.renew, actor=CHARLIE, vm_id="c", hours=1).holder == CHARLIE
    two.do(book, actor=CHARLIE, vm_id="d", hours=1)
    two.do(cancel, actor=BOB, vm_id="b")
    if "vm_id" in place:
        assert [(event.kind, event.to) for event in two.events][-1] == ("waited_for", CHARLIE)
        assert two.refused(booking.renew, actor=CHARLIE, vm_id="c", hours=1).code == "others_wait"
    else:
        assert holds(two) == {"b": (BOB, True)}, "the place counts again at once"


def test_a_hold_can_be_taken_by_somebody_who_is_above_the_limit(two):
    has_two(two, CHARLIE, ["a", "b"])
    queued(two, ALICE, vm_id="a")
    free(two, "a")
    has_two(two, ALICE, ["c"])
    two.do(book, actor=ALICE, vm_id="d", hours=1, force=True)
    assert two.do(book, actor=ALICE, vm_id="a", hours=1).holder == ALICE
