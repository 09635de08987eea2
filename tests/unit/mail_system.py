"""A mailer with its store and a clock that stands still, against a real SMTP server that fails on demand."""

from datetime import timedelta

import pytest

from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.people import Letter
from loadzone.notifications.letters import LetterWriter
from loadzone.notifications.signed_links import SignedLinks
from loadzone.notifications.smtp import RFC_5321, Patience
from loadzone.rules.finish import finish
from mailer import Mailer
from support.ports import free_port
from support.scripted_smtp import ScriptedSmtp
from support.stores import write
from support.world import NOON

IMPATIENT = Patience(verdict=0.2)
NEVER = 60  # seconds; by then the mailer has closed the connection


class MailSystem:
    """A mailer with its store and its clock; `put` adds a letter to the outbox."""

    def __init__(self, store, port, patience=RFC_5321, leadership=None, **settings):
        self.now, self.seconds = NOON, 0.0
        config = Config(smtp_host="127.0.0.1", smtp_port=port, smtp_from="lz@example.com", **settings)
        self.store = store
        bus = CommandBus(self.store, lambda: self.now, config, finish, lambda event, now: ())
        writer = LetterWriter(SignedLinks("k" * 20, "http://lz"), "http://lz")
        clocks = lambda: self.now, lambda: self.seconds
        self.mailer = Mailer(config, self.store, bus, writer, *clocks, patience, leadership)

    def put(self, *people, kind="ended", **about):
        facts = {"vm_id": "vm", **about}
        write(self.store, *(Letter(f"for {person}", person, kind, self.now, facts) for person in people))

    def later(self, **amount):
        self.now += timedelta(**amount)
        self.seconds += timedelta(**amount).total_seconds()

    def deliver_all(self):
        while self.mailer.deliver():
            pass

    def waiting(self):
        return [letter.to for letter in self.store.snapshot.letters.values()]

    def pause(self):
        return round(self.mailer._retries.seconds_left())


@pytest.fixture(scope="module")
def scripted():
    with ScriptedSmtp() as smtp:
        yield smtp


@pytest.fixture
def smtp(scripted):
    scripted.reset()
    return scripted


@pytest.fixture
def mail_at(open_store):
    """Return a function that makes a MailSystem for a server at this port."""
    return lambda port, **options: MailSystem(open_store(), port, **options)


@pytest.fixture
def mail(mail_at, smtp):
    return mail_at(smtp.port)


@pytest.fixture
def mail_to_nowhere(mail_at):
    return mail_at(free_port())
