import pytest

from loadzone.auth.login_codes import LoginCodes
from loadzone.auth.memory_codes import MemoryCodes
from loadzone.domain import pending_codes
from loadzone.domain.refusal import Refusal
from support.world import ALICE, BOB


class InMemory(MemoryCodes):
    """Codes in memory, with a clock of their own. tests/database has the same in a database."""

    now = 1000.0  # seconds

    def __init__(self):
        super().__init__(lambda: self.now)

    def later(self, seconds):
        self.now += seconds

    def content(self):
        return str(self._pending)


@pytest.fixture
def pending():
    return InMemory()


@pytest.fixture
def codes(pending):
    return LoginCodes("k" * 20, pending)


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


def test_it_works_for_ten_minutes(codes, pending):
    ticket, code = codes.issue(BOB)
    pending.later(590)
    assert refused(codes, ticket, BOB, wrong(code)) == ("wrong_code", 4)
    pending.later(10)
    assert refused(codes, ticket, BOB, code) == ("code_expired", None)


def test_after_five_wrong_tries_the_right_code_is_refused_too(codes):
    ticket, code = codes.issue(BOB)
    assert [refused(codes, ticket, BOB, wrong(code)) for _ in range(5)] == [("wrong_code", n) for n in (4, 3, 2, 1, 0)]
    assert refused(codes, ticket, BOB, code) == ("code_expired", None)


def test_only_the_browser_that_asked_can_use_or_spoil_it(codes):
    ticket, code = codes.issue(BOB)
    for other in ("", "another ticket", codes.issue(BOB)[0]):
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


def test_the_number_of_codes_is_bounded_and_the_newest_stay(pending, monkeypatch):
    monkeypatch.setattr(pending_codes, "AT_MOST", 100)
    for number in range(110):
        pending.add(f"ticket {number}", "proof", "")
    assert len(pending) <= 101
    assert [pending.try_once(f"ticket {number}", "") is None for number in (0, 9, 10, 109)] == [1, 1, 0, 0]


def test_codes_that_are_over_go(pending):
    for number in range(10):
        pending.add(f"ticket {number}", "proof", "")
    pending.later(600)
    for number in range(10):
        pending.add(f"later {number}", "proof", "")
    assert len(pending) == 10


def test_neither_code_nor_ticket_nor_address_is_kept(codes, pending):
    ticket, code = codes.issue(BOB)
    assert not any(text in pending.content() for text in (ticket, code, BOB))


def test_another_secret_key_knows_no_code(codes, pending):
    ticket, code = codes.issue(BOB)
    assert refused(LoginCodes("x" * 20, pending), ticket, BOB, code) == ("wrong_code", 4)


@pytest.mark.parametrize("text", ["", "１２３４５６", "é" * 6, "123456; drop"])
def test_text_that_is_no_code_counts_as_a_wrong_code(codes, text):
    ticket, _ = codes.issue(BOB)
    assert refused(codes, ticket, BOB, text) == ("wrong_code", 4)


def test_a_code_given_back_after_a_fault_of_the_server_can_be_used_again(codes):
    ticket, code = codes.issue(BOB)
    codes.redeem(ticket, BOB, code)
    codes.give_back(ticket)
    codes.redeem(ticket, BOB, code)


def test_a_code_that_was_right_at_the_last_try_has_one_more_when_it_is_given_back(codes):
    ticket, code = codes.issue(BOB)
    for _ in range(4):
        refused(codes, ticket, BOB, wrong(code))
    codes.redeem(ticket, BOB, code)
    codes.give_back(ticket)
    assert refused(codes, ticket, BOB, wrong(code)) == ("wrong_code", 0)
    codes.give_back(ticket)
    assert refused(codes, ticket, BOB, code) == ("code_expired", None)
