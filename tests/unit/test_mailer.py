"""The mailer run by hand, with a clock that stands still, against a real SMTP server that fails on demand."""

from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import Letter
from loadzone.notifications.letters import LetterWriter
from loadzone.notifications.signed_links import SignedLinks
from loadzone.rules.finish import finish
from mailer import Mailer
from storage import JsonStore
from support.ports import free_port
from support.world import NOON, unit


class FailingSmtp:
    """Accepts every letter, but hangs up at the recipients in `hangs_up_at`."""

    def __init__(self):
        self.accepted, self.hangs_up_at = [], set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd names it)
        if address in self.hangs_up_at:
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.accepted += envelope.rcpt_tos
        return "250 OK"


class MailSystem:
    """A mailer with its store and its clock; `put` adds a letter to the outbox."""

    def __init__(self, path, port):
        self.now = NOON
        config = Config(smtp_host="127.0.0.1", smtp_port=port, smtp_from="lz@example.com")
        self.store = JsonStore(path)
        bus = CommandBus(self.store, lambda: self.now, config, finish, lambda event, now: ())
        self.mailer = Mailer(
            config, self.store, bus, LetterWriter(SignedLinks("k" * 20, "http://lz"), "http://lz"), lambda: self.now
        )

    def put(self, *people, kind="ended", **about):
        with self.store.transaction(unit) as uow:
            for person in people:
                letter = Letter(f"for {person}", person, kind, self.now, {"vm_id": "vm", **about})
                uow.letters[letter.id] = letter

    def deliver_all(self):
        while self.mailer.deliver():
            pass

    def waiting(self):
        return [letter.to for letter in self.store.snapshot.letters.values()]


@pytest.fixture
def smtp():
    server = FailingSmtp()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    server.port = controller.port
    yield server
    controller.stop()


@pytest.fixture
def mail(tmp_path, smtp):
    mail = MailSystem(tmp_path / "data.json", smtp.port)
    yield mail
    mail.store.close()


def test_a_delivered_letter_leaves_the_outbox(mail, smtp):
    mail.put("a@example.com", "b@example.com")
    mail.deliver_all()
    assert smtp.accepted == ["a@example.com", "b@example.com"]
    assert mail.waiting() == []


def test_a_letter_at_which_the_server_hangs_up_does_not_hold_up_the_others(mail, smtp):
    smtp.hangs_up_at = {"poison@example.com"}
    mail.put("poison@example.com", "bob@example.com", "eve@example.com")
    mail.deliver_all()
    assert smtp.accepted == ["bob@example.com", "eve@example.com"]
    assert mail.waiting() == ["poison@example.com"]
    smtp.hangs_up_at = set()
    mail.deliver_all()
    assert mail.waiting() == ["poison@example.com"], "its pause is not over yet"
    mail.now += timedelta(seconds=2)
    mail.deliver_all()
    assert mail.waiting() == []


@pytest.mark.parametrize("bad", [{"kind": "unknown"}, {"until": 5}, {"vm_id": None, "until": "no time"}])
def test_a_letter_that_cannot_be_written_is_dropped_and_the_others_go(mail, smtp, caplog, bad):
    mail.put("bad@example.com", **bad)
    mail.put("good@example.com")
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["good@example.com"], [])
    assert "bad@example.com was refused for good" in caplog.text


def test_pauses_grow_from_two_seconds_to_five_minutes_while_the_server_is_away(tmp_path):
    mail = MailSystem(tmp_path / "data.json", free_port())
    mail.put("a@example.com")
    pauses = []
    for _ in range(10):
        mail.deliver_all()
        pauses.append(round(mail.mailer._retries.seconds_left(mail.now)))
        mail.now += timedelta(seconds=pauses[-1])
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert mail.waiting() == ["a@example.com"]
    mail.store.close()


def test_a_clock_that_is_set_back_does_not_keep_a_letter_waiting(mail, smtp):
    smtp.hangs_up_at.add("bob@example.com")
    mail.put("bob@example.com")
    mail.deliver_all()
    mail.deliver_all()
    smtp.hangs_up_at.clear()
    mail.now -= timedelta(hours=1)
    assert mail.mailer._retries.seconds_left(mail.now) == 0
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["bob@example.com"], [])


def test_after_a_day_it_is_given_up(tmp_path, caplog):
    mail = MailSystem(tmp_path / "data.json", free_port())
    mail.put("a@example.com")
    mail.now += timedelta(days=1, seconds=1)
    mail.deliver_all()
    assert mail.waiting() == []
    assert "given up" in caplog.text
    mail.store.close()


def test_a_code_is_given_up_after_its_ten_minutes_and_is_never_on_disk(tmp_path):
    mail = MailSystem(tmp_path / "data.json", free_port())
    mail.mailer.post_code("a@example.com", "123456", "en")
    mail.deliver_all()
    assert b"123456" not in (tmp_path / "data.json").read_bytes()
    mail.now += timedelta(minutes=10, seconds=1)
    mail.deliver_all()
    assert not mail.mailer._codes
    mail.store.close()


def test_a_letter_in_an_unknown_language_is_delivered(mail, smtp):
    mail.put("a@example.com", language="de")
    mail.deliver_all()
    assert smtp.accepted == ["a@example.com"]
