"""Each act is one line of the history: which lines each rule makes, field by field. A new rule needs rows here.

Those about bookings, queues, machines and groups are in test_acts_of_bookings.py and test_acts_of_machines.py.
"""

import pytest

from loadzone.domain.events import EVENT_KINDS
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import (
    beginning,
    by_link,
    expiry,
    history,
    invitations,
    outbox,
    people,
    sessions,
    tokens,
)
from loadzone.rules.finish import finish
from support.world import ALICE, BOB, CHARLIE, NOON, World
from unit.acts import SECOND, TAKEN, TOKEN, booked, later, lines_of, settings, waits
from unit.test_acts_of_bookings import CASES as OF_BOOKINGS
from unit.test_acts_of_machines import CASES as OF_MACHINES
from unit.test_work import rules_of_the_bus

# The rule, what was done before, its arguments, and its lines (unit/acts.py says how a line is shown).
CASES = [
    (beginning.begin, [], {}, ["history_began"]),
    (people.sign_in, [], {"email": BOB, "session": "another"}, ["signed_in by=bob of=bob"]),
    (people.sign_in, [], {"email": "new@example.com", "session": "first"}, ["user_added by=new of=new"]),
    (
        invitations.invite,
        [],
        {"actor": ALICE, "emails": ["x@example.com", "y@example.com", BOB]},
        ["invited by=alice of=x", "invited by=alice of=y"],
    ),
    (sessions.keep, [], {"actor": BOB, "name": f"session of {BOB}"}, []),
    (sessions.sign_out, [SECOND], {"actor": BOB, "name": "second"}, ["signed_out by=bob of=bob changed=sessions:2->1"]),
    (sessions.sign_out, [SECOND], {"actor": BOB, "name": None}, ["signed_out by=bob of=bob changed=sessions:2->0"]),
    (sessions.sign_out, [], {"actor": BOB, "name": "no such session"}, []),
    (
        sessions.sign_out_others,
        [SECOND],
        {"actor": BOB, "name": "second"},
        ["signed_out by=bob of=bob changed=sessions:2->1"],
    ),
    (
        sessions.end,
        [SECOND],
        {"actor": BOB, "session_id": "second"},
        ["signed_out by=bob of=bob changed=sessions:2->1"],
    ),
    (sessions.cut_expired, [later(days=31)], {"since": NOON}, []),
    (
        people.choose,
        [],
        {"actor": BOB, "language": "en", "letters": {"held": False}, "zone": "Asia/Omsk"},
        ["preferences_changed by=bob of=bob changed=language:None->en,zone:None->Asia/Omsk,no_letters:[]->['held']"],
    ),
    (people.choose, [], {"actor": BOB, "letters": {"held": True}}, []),
    (
        people.unsubscribe,
        [],
        {"email": BOB, "kind": "held"},
        ["preferences_changed by=bob of=bob changed=no_letters:[]->['held']"],
    ),
    (
        people.subscribe,
        [(people.unsubscribe, {"email": BOB, "kind": "held"})],
        {"email": BOB, "kind": "held"},
        ["preferences_changed by=bob of=bob changed=no_letters:['held']->[]"],
    ),
    (
        people.set_role,
        [],
        {"actor": ALICE, "email": BOB, "role": "admin"},
        ["role_changed by=alice of=bob changed=role:user->admin"],
    ),
    (people.set_role, [], {"actor": ALICE, "email": BOB, "role": "user"}, []),
    (
        people.remove,
        [booked(), booked(CHARLIE, "c"), waits(vm_id="c"), waits(vm_id="b")],
        {"actor": ALICE, "email": BOB},
        [
            "queue_dropped c by=alice of=bob from=12:01",
            "hold_ended b/Perf by=alice of=bob from=12:01",
            "force_released a/Perf by=alice of=bob from=12:01 to=12:02",
            "user_removed by=alice of=bob",
        ],
    ),
    (
        people.remove,
        [booked()],
        {"actor": ALICE, "email": BOB, "pseudonym": "person-1"},
        ["force_released a/Perf by=alice of=person-1 from=12:01 to=12:02", "user_removed by=alice of=person-1"],
    ),
    (
        tokens.create,
        [],
        {"actor": BOB, "token_id": "t", "name": "ci", "digest": "d", "days": 1},
        ["token_made by=bob of=bob to=25 12:02 changed=token:None->ci"],
    ),
    (
        tokens.revoke,
        [TOKEN],
        {"actor": ALICE, "token_id": "t"},
        ["token_revoked by=alice of=bob changed=token:ci->None"],
    ),
    (tokens.use, [TOKEN], {"actor": BOB, "token_id": "t"}, []),
    (tokens.remind, [TOKEN], {}, []),
    (tokens.cut_expired, [TOKEN, later(days=2)], {"since": NOON}, []),
    (tokens.note_expired, [TOKEN, later(days=2)], {}, ["token_expired of=bob to=25 12:01 changed=token:ci->None"]),
    (tokens.note_expired, [TOKEN, later(days=2), (tokens.note_expired, {})], {}, []),
    (
        people.end_disallowed,
        [*TAKEN, waits(vm_id="a"), TOKEN, settings(allowed_domains=("example.org",))],
        {},
        [
            "domain_disallowed of=alice",
            "domain_disallowed of=bob",
            "domain_disallowed of=charlie",
            "queue_dropped a/Perf of=bob from=12:01",
        ],
    ),
    (sessions.end_trusted, [SECOND], {}, []),
    (sessions.end_trusted, [settings(auth="trust"), SECOND, settings(auth="code")], {}, ["trust_ended of=bob"]),
    (history.clean_up, [booked(), later(days=1), (expiry.settle, {"vm_ids": ["a"]}), later(days=1)], {}, []),
    (outbox.clear, [], {"letter_ids": ["x"]}, []),
]


@pytest.mark.parametrize(("rule", "before", "arguments", "lines"), CASES)
def test_each_act_is_one_line(rule, before, arguments, lines):
    assert lines_of(rule, before, arguments) == lines


def test_every_rule_has_a_row():
    assert rules_of_the_bus() - {case[0] for case in (*CASES, *OF_BOOKINGS, *OF_MACHINES)} == {by_link.attempt}


def test_every_kind_of_the_history_is_in_a_row():
    """A kind that is never seen here may be told twice, or never."""
    seen = {line.split()[0] for case in (*CASES, *OF_BOOKINGS, *OF_MACHINES) for line in case[3]}
    elsewhere = {"first_admin", "history_gap", "data_restored"}  # below, and in other files
    assert seen == {kind.name for kind in EVENT_KINDS.values() if kind.history} - elsewhere


def test_the_first_people_are_one_line_each():
    lines = World(admins=()).state.history.values()
    signed_in = ["first_admin", "user_added", "user_added"]
    assert [(line.action, line.email) for line in lines] == list(zip(signed_in, (ALICE, BOB, CHARLIE), strict=True))


def test_a_line_says_how_it_was_done_unless_nobody_did_it():
    world = World()
    world.add("vm")
    world.do(*booked(CHARLIE, "vm")[:1], **booked(CHARLIE, "vm")[1])
    world.later(hours=2)
    uow = UnitOfWork(world.state, world.now, world.limits, via="token:ci")
    rule, arguments = booked(BOB, "vm")
    rule(uow, **arguments)
    finish(uow)
    lines = [line for line in uow.history.values() if line.at == world.now]
    assert [(line.action, line.actor, line.via) for line in lines] == [
        ("expired", None, ""),
        ("booked", BOB, "token:ci"),
    ]
