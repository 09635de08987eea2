"""How often one may ask for a code, and try one."""

from support.answers import done, refusal
from support.people import Person


def first_refusal(ask, at_most: int = 200):
    for _ in range(at_most):
        answer = ask()
        if answer.status_code == 429:
            return answer
    raise AssertionError(f"asked {at_most} times and was never told to wait")


def test_who_asks_too_often_is_told_how_long_to_wait(start):
    ann = Person(start(LOADZONE_AUTH="code"))
    answer = first_refusal(ann.ask_for_code)
    assert refusal(answer) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json()["retry_after"] == int(answer.headers["Retry-After"])


def test_an_address_is_not_flooded_from_many_browsers(start):
    server = start(LOADZONE_AUTH="code")
    answer = first_refusal(lambda: Person(server, "victim@example.com").ask_for_code())
    assert refusal(answer) == (429, "too_many")


def test_codes_cannot_be_guessed_by_asking_again_and_again(start):
    server = start(LOADZONE_AUTH="code")
    ann = Person(server)

    def ask_and_guess():
        asked = ann.ask_for_code()
        return asked if asked.status_code == 429 else ann.give_code("000000")

    assert refusal(first_refusal(ask_and_guess)) == (429, "too_many")


def test_the_rest_goes_on_for_who_must_wait(start):
    server = start(LOADZONE_AUTH="code")
    alice = Person(server, "alice@example.com").sign_in()
    first_refusal(alice.ask_for_code)
    done(alice.add_vm("vm"), 201)
    done(alice.book("vm"))


def test_on_a_trusting_server_there_is_nothing_to_guess_and_no_limit(start):
    server = start(LOADZONE_AUTH="trust")
    ann = Person(server)
    for _ in range(100):
        assert done(ann.ask_for_code()) == {"status": "ok", "email": ann.email}


def test_one_address_of_a_forwarding_header_is_not_believed_unless_a_proxy_is_trusted(start):
    ann = Person(start(LOADZONE_AUTH="code"))
    numbers = iter(range(1, 250))
    ask = lambda: ann.post("/auth", {"email": ann.email}, X_Forwarded_For=f"198.51.100.{next(numbers)}")  # noqa: E731
    assert refusal(first_refusal(ask)) == (429, "too_many")
