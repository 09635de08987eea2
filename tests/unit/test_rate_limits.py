import time

import pytest

from loadzone.domain import counters
from loadzone.domain.counters import Counter, Limit
from loadzone.domain.refusal import Refusal
from loadzone.lib.networks import network_of
from loadzone.web.memory_counters import MemoryCounters
from loadzone.web.rate_limits import RateLimits


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("192.0.2.7:4711", "192.0.2.7:4711"),
        ("", "nowhere"),
    ],
)
def test_an_address_counts_for_its_network(address, network):
    assert network_of(address) == network


class InMemory(MemoryCounters):
    """Counters in memory, with a clock of their own. tests/database has the same in a database."""

    now = 1000.0  # seconds

    def __init__(self):
        super().__init__(lambda: self.now)

    def later(self, seconds):
        self.now += seconds


@pytest.fixture
def kept():
    return InMemory()


@pytest.fixture
def limits(kept):
    return RateLimits(kept)


def named(*names, most=2, seconds=60):
    return [Counter(name, Limit(most, seconds)) for name in names]


def refused(work, *arguments):
    """Return after how many seconds the refused may come again."""
    with pytest.raises(Refusal) as caught:
        work(*arguments)
    assert caught.value.code == "too_many"
    return caught.value.facts["retry_after"]


def test_a_window_begins_with_the_first_hit_and_refused_hits_do_not_count(kept):
    assert [kept.hit(named("a")) for _ in range(2)] == [None, None]
    kept.later(20)
    assert kept.hit(named("a")) == pytest.approx(40, abs=5)
    assert kept.hit(named("b")) is None, "another counter"
    kept.later(40)
    assert kept.hit(named("a")) is None


def test_what_one_limit_refuses_the_next_does_not_count(kept):
    wide, narrow, last = named("wide", most=3)[0], named("narrow", most=1)[0], named("last")[0]
    assert kept.hit([wide, narrow, last]) is None
    assert kept.hit([wide, narrow, last]) is not None
    assert [kept.hit([last]) is None for _ in range(2)] == [True, False], "only the first time counts for the last one"
    assert [kept.hit([wide]) is None for _ in range(2)] == [True, False], "those before are counted"


def test_several_hits_are_counted_all_or_none(kept):
    assert kept.hit(named("a", most=10), 8) is None
    assert kept.hit(named("a", most=10), 3) is not None
    assert kept.hit(named("a", most=10), 2) is None
    assert kept.hit(named("b", most=10), 11) == 0


def test_a_hit_is_taken_back_and_no_more_than_that(kept):
    [counter] = named("a", most=1)
    kept.take_back(counter)
    assert kept.hit([counter]) is None
    kept.take_back(counter)
    kept.take_back(counter)
    assert [kept.hit([counter]) is None for _ in range(2)] == [True, False]


def test_the_number_of_counters_is_bounded_and_those_that_are_there_go_on(kept, monkeypatch):
    monkeypatch.setattr(counters, "AT_MOST", 3)
    assert [kept.hit(named(name)) for name in "abc"] == [None] * 3
    assert kept.hit(named("d")) == 0
    assert kept.hit(named("b")) is None
    assert len(kept) == 3


def test_there_is_room_for_people_who_signed_in_in_this_browser_before(kept, limits, monkeypatch):
    monkeypatch.setattr(counters, "AT_MOST", 3)
    for name in "abc":
        kept.hit(named(name))
    limits.count_code_request("ann@example.com", "192.0.2.7", True)
    assert refused(limits.count_code_request, "ann@example.com", "192.0.2.7", False) == 1


def test_counters_that_are_over_make_room(kept, monkeypatch):
    monkeypatch.setattr(counters, "AT_MOST", 3)
    for name in "abc":
        kept.hit(named(name))
    kept.later(60)
    assert [kept.hit(named(name)) for name in "dea"] == [None] * 3
    assert len(kept) <= 3


def test_requests_for_codes_are_limited_by_person_mailbox_and_network(kept, limits):
    for _ in range(10):
        limits.count_code_request("ann@example.com", "192.0.2.7", False)
    assert 3590 <= refused(limits.count_code_request, "ann@example.com", "192.0.2.7", False) <= 3600
    for network in range(3):
        for _ in range(10):
            limits.count_code_request("ann@example.com", f"192.0.2.1{network}", False)
    assert refused(limits.count_code_request, "ann@example.com", "192.0.2.20", False)
    for number in range(189):
        limits.count_code_request(f"p{number}@example.com", "192.0.2.7", False)
    assert refused(limits.count_code_request, "q@example.com", "192.0.2.7", False)
    limits.count_code_request("ann@example.com", "192.0.2.7", True)


def test_wrong_tries_are_counted_and_right_ones_are_not(limits):
    def try_code(code):
        with limits.counting_wrong_tries("192.0.2.7", False):
            if code:
                raise Refusal(code)

    for _ in range(120):
        try_code(None)
    for code in ("wrong_code", "code_expired") * 50:
        with pytest.raises(Refusal):
            try_code(code)
    assert refused(try_code, None)


def test_a_wall_clock_that_is_set_prolongs_no_limit(kept, limits, monkeypatch):
    monkeypatch.setattr(time, "time", None)
    for _ in range(10):
        limits.count_code_request("ann@example.com", "192.0.2.7", True)
    assert 3590 <= refused(limits.count_code_request, "ann@example.com", "192.0.2.7", True) <= 3600
    kept.later(3600)
    limits.count_code_request("ann@example.com", "192.0.2.7", True)


def test_an_invitation_of_too_many_leaves_room_for_fewer(limits):
    limits.count_invitations("ann@example.com", 450)
    for _ in range(2):
        assert refused(limits.count_invitations, "ann@example.com", 100)
    limits.count_invitations("ann@example.com", 50)
    assert refused(limits.count_invitations, "ann@example.com", 1)
