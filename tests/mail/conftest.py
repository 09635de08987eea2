"""A real SMTP server beside the real server. Letters are told apart by whom they are for."""

import pytest

from support.inventory import from_now, inventory, machine, record, user
from support.people import Person
from support.server import running
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
    """Signs in by the address alone, so that the letters at hand are those of the test."""
    with running(tmp_path_factory.mktemp("mail"), **smtp.settings) as server:
        yield server


@pytest.fixture
def reader(server):
    """Somebody new who reads English."""
    return Person(server, language="en").sign_in()


@pytest.fixture
def soon():
    """Makes an inventory in which each person's booking needs a reminder in `seconds`, given 5 minutes ahead."""

    def make(*emails: str, seconds: float = 2, **more) -> dict:
        ends = from_now(minutes=5, seconds=seconds)
        booked = {f"vm-of-{email.split('@')[0]}": email for email in emails}
        return inventory(
            [machine(vm, email, ends, **more) for vm, email in booked.items()],
            users={email: user(record(vm, from_now(hours=-1), ends)) for vm, email in booked.items()},
        )

    return make
