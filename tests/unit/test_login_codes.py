import pytest

from loadzone.auth.login_codes import AT_MOST, LoginCodes
from loadzone.domain.refusal import Refusal
from support.world import ALICE, BOB


class Clock:
    now = 1000.0  # seconds

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def codes(clock):
    return LoginCodes(clock)


def refused(codes, *arguments):
    with pytest.raises(Refusal) as caught:
        codes.redeem(*arguments)
    return caught.value.code, caught.value.facts.get("tries_left")


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_has_six_digits_and_works_once(codes):
    ticket, code = codes.issue(BOB)
    assert len(code) == 6
    assert code.isdecimal()
    codes.redeem(ticket, BOB, code)
    assert refused(codes, ticket, BOB, code) == ("code_expired", None)


def test_spaces_around_and_within_do_not_matter(codes):
    ticket, code = codes.issue(BOB)
    codes.redeem(ticket, BOB, f" {code[:3]} {code[3:]}\n")


def test_it_works_for_ten_minutes(codes, clock):
    ticket, code = codes.issue(BOB)
    clock.now += 600
    assert refused(codes, ticket, BOB, code) == ("code_expired", None)


def test_after_five_wrong_tries_the_right_code_is_refused_too(codes):
    ticket, code = codes.issue(BOB)
    assert [refused(codes, ticket, BOB, wrong(code)) for _ in range(5)] == [("wrong_code", n) for n in (4, 3, 2, 1, 0)]
    assert refused(codes, ticket, BOB, code) == ("code_expired", None)


def test_only_the_browser_that_asked_can_use_or_spoil_it(codes):
    ticket, code = codes.issue(BOB)
    for other in (None, "another ticket", codes.issue(BOB)[0]):
        for _ in range(6):
            refused(codes, other, BOB, wrong(code))
    codes.redeem(ticket, BOB, code)


def test_it_is_for_the_address_it_was_sent_to(codes):
    ticket, code = codes.issue(BOB)
    assert refused(codes, ticket, ALICE, code) == ("wrong_code", 4)


def test_asking_again_in_the_same_browser_makes_the_first_code_void(codes):
    first, old = codes.issue(BOB)
    second, code = codes.issue(BOB, first)
    assert refused(codes, first, BOB, old)[0] == "code_expired"
    codes.redeem(second, BOB, code)


def test_memory_is_bounded(codes):
    for number in range(AT_MOST + 10):
        codes.issue(f"{number}@example.com")
    assert len(codes._pending) <= AT_MOST


@pytest.mark.parametrize("text", ["", "１２３４５６", "é" * 6, "123456; drop"])
def test_text_that_is_no_code_counts_as_a_wrong_code(codes, text):
    ticket, _ = codes.issue(BOB)
    assert refused(codes, ticket, BOB, text) == ("wrong_code", 4)


def test_a_code_given_back_after_a_fault_of_the_server_can_be_used_again(codes):
    ticket, code = codes.issue(BOB)
    pending = codes.redeem(ticket, BOB, code)
    codes.give_back(ticket, pending)
    codes.redeem(ticket, BOB, code)
