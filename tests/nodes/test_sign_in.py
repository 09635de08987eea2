"""Sign-in codes and limits are good on all nodes at once."""

import pytest

from support.answers import done, refusal
from support.node import running_nodes
from support.people import Person
from support.waiting import eventually

CODES = {"LOADZONE_AUTH": "code"}


@pytest.fixture(scope="module")
def nodes(cluster):
    with running_nodes(cluster, CODES, CODES) as nodes:
        yield nodes


@pytest.fixture
def server(nodes):
    return nodes[0]


@pytest.fixture
def second(nodes):
    return nodes[1]


@pytest.fixture
def ann(server):
    """Return somebody new, who has not signed in."""
    return Person(server)


def asked(ann):
    """Ask for a code at the node where she is; return it."""
    line = len(ann.server.log_lines)
    done(ann.ask_for_code())
    return ann.server.newest_code(ann.email, after=line)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_is_good_on_another_node_and_once(ann, server, second):
    code = asked(ann)
    ann.server = second
    done(ann.give_code(code))
    assert ann.is_signed_in()
    for node in (server, second):
        ann.server = node
        assert refusal(ann.give_code(code)) == (401, "code_expired")


def test_the_five_tries_are_those_on_all_nodes_together(ann, server, second):
    code = asked(ann)
    for left, node in zip((4, 3, 2, 1, 0), (server, second) * 3, strict=False):
        ann.server = node
        assert ann.give_code(wrong(code)).json()["tries_left"] == left
    for node in (server, second):
        ann.server = node
        assert refusal(ann.give_code(code)) == (401, "code_expired")


def test_a_new_code_from_another_node_makes_the_first_one_void(ann, second):
    old = asked(ann)
    cookies = ann.http.cookies.copy()
    ann.server = second
    code = asked(ann)
    before = Person(second, ann.email)
    before.http.cookies = cookies
    assert refusal(before.give_code(old)) == (401, "code_expired")
    done(ann.give_code(code))


def test_requests_are_counted_on_all_nodes_together(ann, server, second):
    for node in (server, second) * 5:
        ann.server = node
        done(ann.ask_for_code())
    for node in (server, second):
        ann.server = node
        assert refusal(ann.ask_for_code()) == (429, "too_many")


def test_after_a_crash_of_the_database_a_code_is_over_and_the_answer_says_to_ask_for_a_new_one(ann, cluster, second):
    code = asked(ann)
    cluster.kill()
    cluster.launch()
    ann.server = second
    eventually(lambda: ann.get("/vms").ok)
    answer = ann.give_code(code)
    assert refusal(answer) == (401, "code_expired")
    assert answer.json()["error"] == "This code has expired. Please ask for a new one in this browser."
    done(ann.give_code(asked(ann)))


def test_a_database_that_stays_away_is_said_and_lets_nobody_pass(ann, cluster):
    code = asked(ann)
    cluster.kill()
    try:
        assert refusal(ann.give_code(code)) == (503, "cannot_save")
        assert ann.ask_for_code().status_code == 503, "later the node refuses all, since it may be behind"
    finally:
        cluster.launch()
    eventually(lambda: ann.ask_for_code().ok)
