"""Fixtures with a real SMTP server beside the real server. Tests tell letters apart by their recipients."""

import pytest

from support.inventory import from_now, inventory, machine, record, user
from support.people import Person
from support.server import LETTERS_WAIT, running
from support.smtp import Authority, MailServer


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def smtp():
    with MailServer() as smtp:
        yield smtp


@pytest.fixture(scope="module")
def server(smtp, tmp_path_factory):
    """A server on which the address alone signs in, so that it sends no letters but those of the test.

    Letters about a deletion wait a fifth of a second there, and not ten.
    """
    with running(tmp_path_factory.mktemp("mail"), program=LETTERS_WAIT, LETTERS_WAIT="0.2", **smtp.settings) as server:
        yield server


@pytest.fixture
def reader(server):
    """A new person who reads English."""
    return Person(server, language="en").sign_in()


@pytest.fixture
def soon():
    """Return a function that makes an inventory with one booking per person, to be reminded of in `seconds`.

    It needs LOADZONE_REMIND_MINUTES=5.
    """

    def make(*emails: str, seconds: float = 2, **more) -> dict:
        ends = from_now(minutes=5, seconds=seconds)
        booked = {f"vm-of-{email.split('@')[0]}": email for email in emails}
        return inventory(
            [machine(vm, email, ends, **more) for vm, email in booked.items()],
            users={email: user(record(vm, from_now(hours=-1), ends)) for vm, email in booked.items()},
        )

    return make
