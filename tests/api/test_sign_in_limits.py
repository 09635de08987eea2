"""Limits on how often codes may be asked for and tried."""

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.answers import done, refusal
from support.codes import wrong
from support.people import Person
from support.server import Server

NUMBERS = itertools.count()
FORGED = (f"203.0.113.{number % 250}" for number in itertools.count())


def first_refusal(ask, at_most: int = 200):
    for _ in range(at_most):
        answer = ask()
        if answer.status_code == 429:
            return answer
    raise AssertionError(f"none of {at_most} requests was refused with 429")


def test_the_refusal_of_too_many_codes_says_how_long_to_wait(start):
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
        before = len(server.log_lines)
        asked = ann.ask_for_code()
        if asked.status_code == 429:
            return asked
        return ann.give_code(wrong(server.newest_code(ann.email, after=before)))

    assert refusal(first_refusal(ask_and_guess)) == (429, "too_many")


def test_other_calls_work_while_a_person_must_wait_for_codes(start):
    server = start(LOADZONE_AUTH="code")
    alice = Person(server, "alice@example.com").sign_in()
    first_refusal(alice.ask_for_code)
    done(alice.add_vm("vm"), 201)
    done(alice.book("vm"))


def test_with_trust_there_is_no_limit(start):
    server = start(LOADZONE_AUTH="trust")
    ann = Person(server)
    for _ in range(100):
        assert done(ann.ask_for_code()) == {"status": "ok", "email": ann.email}


def test_forwarding_headers_are_ignored_without_a_trusted_proxy(start):
    ann = Person(start(LOADZONE_AUTH="code"))
    numbers = iter(range(1, 250))
    ask = lambda: ann.post("/auth", {"email": ann.email}, X_Forwarded_For=f"198.51.100.{next(numbers)}")  # noqa: E731
    assert refusal(first_refusal(ask)) == (429, "too_many")


def through_proxy(person: Person, address: str, body: dict):
    """Send a request as the trusted proxy forwards it. The first address in the header is forged by the client."""
    return person.post("/auth", body, X_Forwarded_For=f"{next(FORGED)}, {address}")


def test_behind_a_proxy_the_address_that_it_saw_counts(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    ann, body = Person(server), {"email": "ann@example.com"}
    assert refusal(first_refusal(lambda: through_proxy(ann, "192.0.2.1", body))) == (429, "too_many")
    assert done(through_proxy(ann, "192.0.2.2", body))["status"] == "code_sent"


def test_a_network_is_limited_whatever_addresses_it_asks_for(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    addresses = (f"2001:db8:1:2:{number:x}::1" for number in range(1000))
    ask = lambda: through_proxy(Person(server), next(addresses), {"email": f"p{next(NUMBERS)}@example.com"})  # noqa: E731
    assert refusal(first_refusal(ask, 300)) == (429, "too_many")
    assert done(through_proxy(Person(server), "2001:db8:1:3::1", {"email": "ann@example.com"}))["status"] == "code_sent"


def guess(server: Server, person: Person):
    """Give a wrong code; `person` has asked for one."""
    return person.give_code(wrong(server.newest_code(person.email)))


def test_a_network_cannot_try_codes_on_many_addresses(start):
    server = start(LOADZONE_AUTH="code")
    people = [Person(server) for _ in range(30)]
    for person in people:
        done(person.ask_for_code())
    guessers = iter(people * 5)
    answer = first_refusal(lambda: guess(server, next(guessers)), 150)
    assert refusal(answer) == (429, "too_many")
    last = people[-1]
    assert refusal(last.give_code(server.newest_code(last.email))) == (429, "too_many"), (
        "even the right code is refused"
    )


def test_a_network_cannot_try_codes_on_many_addresses_at_the_same_time(start):
    server = start(LOADZONE_AUTH="code")
    people = [Person(server) for _ in range(40)]
    for person in people:
        done(person.ask_for_code())
    guesses = lambda person: [guess(server, person).status_code for _ in range(5)]  # noqa: E731
    with ThreadPoolExecutor(len(people)) as pool:
        answers = Counter(itertools.chain.from_iterable(pool.map(guesses, people)))
    assert answers == {401: 100, 429: 100}


def test_right_codes_are_not_counted(start):
    server = start(LOADZONE_AUTH="code")
    for _ in range(120):
        Person(server).sign_in()


def test_a_mailbox_is_not_flooded_from_many_networks(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    body = {"email": "victim@example.com"}
    asked = 0
    for network in range(60):
        while through_proxy(Person(server), f"198.51.100.{network}", body).ok:
            asked += 1
    assert asked == 40


FEW = """from gevent import monkey; monkey.patch_all()
import sys, app
from loadzone.web import rate_limits
rate_limits.CODES_IN_ALL = rate_limits.Limit(5, 3600)
sys.exit(app.main())"""


@pytest.fixture
def ann(medium, tmp_path):
    """A person who has signed in and out. The server sends five codes an hour in total; two of them are used."""
    program = tmp_path / "few_codes.py"
    program.write_text(FEW)
    server = medium.server(tmp_path, program=str(program), LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    ann = Person(server.start(), "ann@example.com").sign_in()
    done(ann.sign_out())
    Person(server, "ben@example.com").sign_in()
    yield ann
    server.end()


def flood(server: Server) -> None:
    """Ask for codes from many networks for many people, until no more codes are sent."""
    for number in range(50):
        answer = through_proxy(Person(server), f"198.51.100.{number}", {"email": f"p{number}@example.com"})
    assert refusal(answer) == (429, "too_many")


def test_a_flood_keeps_nobody_out_of_a_browser_used_before(ann):
    flood(ann.server)
    assert ann.sign_in().is_signed_in()
    elsewhere = through_proxy(Person(ann.server), "192.0.2.1", {"email": ann.email})
    assert refusal(elsewhere) == (429, "too_many"), "in a new browser known and unknown addresses are refused alike"
    assert refusal(ann.post("/auth", {"email": "nobody@example.com"})) == (429, "too_many"), (
        "the exception is for the own address only"
    )


def test_requests_in_somebodys_name_keep_nobody_out_of_a_browser_used_before(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    ann = Person(server).sign_in()
    done(ann.sign_out())
    for network in range(10):
        while through_proxy(Person(server), f"198.51.100.{network}", {"email": ann.email}).ok:
            pass
    assert refusal(Person(server, ann.email).ask_for_code()) == (429, "too_many")
    assert ann.sign_in().is_signed_in()


def test_guesses_from_the_same_network_keep_nobody_out_of_a_browser_used_before(start):
    server = start(LOADZONE_AUTH="code")
    ann = Person(server).sign_in()
    done(ann.sign_out())
    assert refusal(first_refusal(lambda: Person(server).give_code("000000"))) == (429, "too_many")
    assert ann.sign_in().is_signed_in()


def test_codes_are_limited_in_a_browser_used_before_too(start):
    server = start(LOADZONE_AUTH="code")
    ann = Person(server).sign_in()
    done(ann.sign_out())
    assert [ann.ask_for_code().status_code for _ in range(12)] == [200] * 10 + [429] * 2


def test_the_answer_does_not_tell_whether_an_address_is_known(start):
    server = start(LOADZONE_AUTH="code")
    known = Person(server).sign_in()
    answers = [Person(server).post("/auth", {"email": email}) for email in (known.email, "nobody@example.com")]
    assert done(answers[0]) == done(answers[1])
    assert {*answers[0].headers} == {*answers[1].headers}
    guesses = [Person(server).post("/auth", {"email": email, "code": "000000"}) for email in (known.email, "no@x.y")]
    assert guesses[0].json() == guesses[1].json()
