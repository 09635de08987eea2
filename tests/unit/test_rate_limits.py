import time

import limits
import pytest

from loadzone.domain.refusal import Refusal
from loadzone.lib.networks import network_of
from loadzone.web import rate_limits


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


@pytest.fixture
def memory(monkeypatch):
    monkeypatch.setattr(rate_limits, "COUNTERS_AT_MOST", 3)
    return rate_limits.BoundedMemory()


def test_memory_is_bounded_and_existing_counters_go_on_counting(memory):
    assert [memory.incr(key, 60) for key in "abca"] == [1, 1, 1, 2]
    assert memory.incr("d", 60) > 10**9, "the count of a client over its limit"
    assert memory.incr("b", 60) == 2
    assert len(memory) == 3


def test_full_memory_still_has_room_for_people_who_signed_in_in_this_browser_before(memory):
    for key in "abc":
        memory.incr(key, 60)
    key = limits.parse(rate_limits.CODES_PER_PERSON).key_for(f"{rate_limits.RETURNING}ann@example.com")
    assert [memory.incr(key, 60) for _ in range(2)] == [1, 2]
    assert memory.incr(key.replace("ann", "x own y"), 60) == 1
    assert memory.incr(limits.parse("1 per hour").key_for("network x own y"), 60) > 10**9


def test_expired_and_cleared_counters_make_room(memory):
    for key in "abc":
        memory.incr(key, -1)
    assert memory.incr("a", 60) == 1
    memory.clear("b")
    assert memory.incr("d", 60) == 1


def test_a_wall_clock_that_is_set_prolongs_no_limit(monkeypatch):
    monkeypatch.setattr(time, "time", None)
    seconds = [1000.0]
    counted = rate_limits.RateLimits(lambda: seconds[0])
    for _ in range(10):
        counted.count_code_request("ann@example.com", "192.0.2.7", is_returning=True)
    with pytest.raises(Refusal) as refused:
        counted.count_code_request("ann@example.com", "192.0.2.7", is_returning=True)
    assert refused.value.facts == {"retry_after": 3600}
    seconds[0] += 3600
    counted.count_code_request("ann@example.com", "192.0.2.7", is_returning=True)


def test_an_invitation_of_too_many_leaves_room_for_fewer():
    limits_of_all = rate_limits.RateLimits()
    limits_of_all.count_invitations("ann@example.com", 450)
    for _ in range(2):
        with pytest.raises(Refusal) as caught:
            limits_of_all.count_invitations("ann@example.com", 100)
        assert caught.value.code == "too_many"
    limits_of_all.count_invitations("ann@example.com", 50)
    with pytest.raises(Refusal):
        limits_of_all.count_invitations("ann@example.com", 1)
