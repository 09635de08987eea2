"""Two nodes, one of them on a machine whose clock is ten minutes off: all goes by the database's time."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from support.answers import done
from support.inventory import from_now, moment
from support.listener import Listener
from support.node import LEADS
from support.people import Person
from support.smtp import MailServer
from support.waiting import eventually

OFF = 10  # minutes
NEARLY = timedelta(minutes=1)  # what a busy machine may take


@pytest.fixture
def mail():
    with MailServer() as mail:
        yield mail


@pytest.fixture(params=[OFF, -OFF], ids=["ahead", "behind"])
def wrong(request, start_node, mail):
    """Return the node whose machine is wrong. It leads, so that it runs the timers and sends the letters."""
    settings = {"program": "tests/support/wrong_clock.py", "CLOCK_AHEAD": str(request.param)}
    node = start_node(**settings, **mail.settings, LOADZONE_AUTH="code")
    eventually(lambda: LEADS in node.log)
    return node


@pytest.fixture
def right(wrong, start_node, mail):
    return start_node(**mail.settings, LOADZONE_AUTH="code")


def is_now(when):
    return abs(when - from_now()) < NEARLY


def sign_in(email, mail, asked_at, given_at):
    """Sign in with a code that was asked for at one node, at another."""
    person = Person(asked_at, email)
    done(person.ask_for_code())
    letter = mail.wait_for_letter(email)
    assert is_now(parsedate_to_datetime(letter.message["Date"]))
    person.server = given_at
    done(person.give_code(letter.code))
    return person


def at(node, person):
    """Return the same browser at this node."""
    person.server = node
    return person


def test_a_node_whose_clock_is_wrong_is_as_good_as_any(wrong, right, mail):
    alice = sign_in("alice@example.com", mail, asked_at=wrong, given_at=right)
    bob = sign_in("bob@example.com", mail, asked_at=right, given_at=wrong)
    done(at(wrong, alice).add_vm("vm"), 201)
    for node in (wrong, right):
        for person in (alice, bob):
            assert at(node, person).is_signed_in()
        assert is_now(moment(re.search(r'"now":"([^"]+)"', bob.get("/", Accept="text/html").text).group(1)))
        check_token(bob, node, (right, wrong))
    check_booking(at(wrong, bob), right, mail)


def check_token(person, node, nodes):
    """Check that a token that is made at this node is good at all."""
    token = done(at(node, person).make_token(name=f"of {node.port}"), 201)
    assert is_now(moment(token["expires"]) - timedelta(days=1))
    for other in nodes:
        assert at(other, person).program(token["token"]).is_signed_in()
    at(node, person)


def check_booking(bob, right, mail):
    """Check that a booking made at the wrong node ends when the database says, and that all tell the same time."""
    with Listener(bob) as socket:
        end = moment(done(bob.book("vm", 2 / 3600))["expires_at"])
        assert is_now(end)
        assert is_now(moment(socket.wait_for("change")["now"]))
        socket.wait_for("notification", kind="expired", vm_id="vm")
        assert from_now() > end - timedelta(seconds=0.1)
    eventually(lambda: at(right, bob).actions("vm") == ["book", "release"])
    assert is_now(parsedate_to_datetime(mail.wait_for_letter(bob.email, about="vm").message["Date"]))
