"""How often one may ask for a code, and try one."""

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.answers import done, refusal
from support.people import Person
from support.server import Server, data_file

NUMBERS = itertools.count()
FORGED = (f"203.0.113.{number % 250}" for number in itertools.count())


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


def by_way_of(person: Person, address: str, body: dict):
    """As the trusted proxy passes it on; what was there before, the client made up."""
    return person.post("/auth", body, X_Forwarded_For=f"{next(FORGED)}, {address}")


def test_behind_a_proxy_the_address_is_the_one_that_it_saw(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    ann, body = Person(server), {"email": "ann@example.com"}
    assert refusal(first_refusal(lambda: by_way_of(ann, "192.0.2.1", body))) == (429, "too_many")
    assert done(by_way_of(ann, "192.0.2.2", body))["status"] == "code_sent"


def test_a_network_is_bounded_whomever_it_asks_for(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    addresses = (f"2001:db8:1:2:{number:x}::1" for number in range(1000))
    ask = lambda: by_way_of(Person(server), next(addresses), {"email": f"p{next(NUMBERS)}@example.com"})  # noqa: E731
    assert refusal(first_refusal(ask, 300)) == (429, "too_many")
    assert done(by_way_of(Person(server), "2001:db8:1:3::1", {"email": "ann@example.com"}))["status"] == "code_sent"


def test_a_network_cannot_try_codes_on_many_addresses(start):
    server = start(LOADZONE_AUTH="code")
    people = [Person(server) for _ in range(30)]
    for person in people:
        done(person.ask_for_code())
    tries = iter(people * 5)
    answer = first_refusal(lambda: next(tries).give_code("000000"), 150)
    assert refusal(answer) == (429, "too_many")
    late = people[-1]
    assert refusal(late.give_code(server.newest_code(late.email))) == (429, "too_many"), "the right one waits as well"


def test_nor_all_at_once(start):
    server = start(LOADZONE_AUTH="code")
    people = [Person(server) for _ in range(40)]
    for person in people:
        done(person.ask_for_code())
    guess = lambda person: [person.give_code("000000").status_code for _ in range(5)]  # noqa: E731
    with ThreadPoolExecutor(len(people)) as pool:
        answers = Counter(itertools.chain.from_iterable(pool.map(guess, people)))
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
        while by_way_of(Person(server), f"198.51.100.{network}", body).ok:
            asked += 1
    assert asked == 40


FEW = """from gevent import monkey; monkey.patch_all()
import sys, app
from loadzone.web import rate_limits
rate_limits.CODES_IN_ALL = "5 per hour"
sys.exit(app.main())"""


@pytest.fixture
def ann(tmp_path):
    """Who signed in before, and out again, on a server that sends five codes an hour in all, of which two are left."""
    program = tmp_path / "few_codes.py"
    program.write_text(FEW)
    server = Server(data_file(tmp_path), program=str(program), LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    ann = Person(server.start(), "ann@example.com").sign_in()
    done(ann.sign_out())
    Person(server, "ben@example.com").sign_in()
    yield ann
    server.kill()


def flood(server: Server) -> None:
    """From many networks, for many people, until nobody is sent a code any more."""
    for number in range(50):
        answer = by_way_of(Person(server), f"198.51.100.{number}", {"email": f"p{number}@example.com"})
    assert refusal(answer) == (429, "too_many")


def test_a_flood_keeps_nobody_out_who_signed_in_at_this_browser_before(ann):
    flood(ann.server)
    assert ann.sign_in().is_signed_in()
    elsewhere = by_way_of(Person(ann.server), "192.0.2.1", {"email": ann.email})
    assert refusal(elsewhere) == (429, "too_many"), "known or not: at a new browser all are told the same"
    assert refusal(ann.post("/auth", {"email": "nobody@example.com"})) == (429, "too_many"), "nor in another's name"


def test_nor_does_who_asks_in_ones_name_from_many_networks(start):
    server = start(LOADZONE_AUTH="code", LOADZONE_TRUSTED_PROXIES="1")
    ann = Person(server).sign_in()
    done(ann.sign_out())
    for network in range(10):
        while by_way_of(Person(server), f"198.51.100.{network}", {"email": ann.email}).ok:
            pass
    assert refusal(Person(server, ann.email).ask_for_code()) == (429, "too_many")
    assert ann.sign_in().is_signed_in()


def test_nor_who_guesses_from_ones_own_network(start):
    server = start(LOADZONE_AUTH="code")
    ann = Person(server).sign_in()
    done(ann.sign_out())
    assert refusal(first_refusal(lambda: Person(server).give_code("000000"))) == (429, "too_many")
    assert ann.sign_in().is_signed_in()


def test_at_ones_own_browser_it_is_bounded_too(start):
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
    tries = [Person(server).post("/auth", {"email": answer, "code": "000000"}) for answer in (known.email, "no@x.y")]
    assert tries[0].json() == tries[1].json()
