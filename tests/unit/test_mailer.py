"""Rounds of the post by hand, with the time standing still, against a real SMTP server with moods."""

from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import Letter
from loadzone.notifications.letters import LetterWriter
from loadzone.notifications.signed_links import SignedLinks
from mailer import Mailer
from storage import JsonStore
from support.server import free_port
from support.world import NOON, unit


class Moody:
    """Takes everything, but hangs up at the recipients it is told of."""

    def __init__(self):
        self.taken, self.hangs_up_at = [], set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd names it)
        if address in self.hangs_up_at:
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken += envelope.rcpt_tos
        return "250 OK"


class Post:
    """A mailer with its store and its clock; `put` lays a letter into the outbox."""

    def __init__(self, path, port):
        self.now = NOON
        config = Config(smtp_host="127.0.0.1", smtp_port=port, smtp_from="lz@example.com")
        self.store = JsonStore(path)
        bus = CommandBus(self.store, lambda: self.now, config, lambda event, now: ())
        self.mailer = Mailer(
            config, self.store, bus, LetterWriter(SignedLinks("k" * 20, "http://lz"), "http://lz"), lambda: self.now
        )

    def put(self, *people, kind="ended", **about):
        with self.store.transaction(unit) as uow:
            for person in people:
                letter = Letter(f"for {person}", person, kind, self.now, {"vm_id": "vm", **about})
                uow.letters[letter.id] = letter

    def rounds(self):
        while self.mailer.deliver():
            pass

    def waiting(self):
        return [letter.to for letter in self.store.snapshot.letters.values()]


@pytest.fixture
def smtp():
    moody = Moody()
    controller = Controller(moody, hostname="127.0.0.1", port=free_port())
    controller.start()
    moody.port = controller.port
    yield moody
    controller.stop()


@pytest.fixture
def post(tmp_path, smtp):
    post = Post(tmp_path / "data.json", smtp.port)
    yield post
    post.store.close()


def test_what_is_delivered_leaves_the_outbox(post, smtp):
    post.put("a@example.com", "b@example.com")
    post.rounds()
    assert smtp.taken == ["a@example.com", "b@example.com"]
    assert post.waiting() == []


def test_a_letter_at_which_the_server_hangs_up_does_not_hold_up_the_others(post, smtp):
    smtp.hangs_up_at = {"poison@example.com"}
    post.put("poison@example.com", "bob@example.com", "eve@example.com")
    post.rounds()
    assert smtp.taken == ["bob@example.com", "eve@example.com"]
    assert post.waiting() == ["poison@example.com"]
    smtp.hangs_up_at = set()
    post.rounds()
    assert post.waiting() == ["poison@example.com"], "it has its pause"
    post.now += timedelta(seconds=2)
    post.rounds()
    assert post.waiting() == []


@pytest.mark.parametrize("bad", [{"kind": "unheard of"}, {"until": 5}, {"vm_id": None, "until": "no time"}])
def test_a_letter_that_cannot_be_written_is_dropped_and_the_others_go(post, smtp, caplog, bad):
    post.put("bad@example.com", **bad)
    post.put("good@example.com")
    post.rounds()
    assert (smtp.taken, post.waiting()) == (["good@example.com"], [])
    assert "bad@example.com was refused for good" in caplog.text


def test_pauses_grow_from_two_seconds_to_five_minutes_while_the_server_is_away(tmp_path):
    post = Post(tmp_path / "data.json", free_port())
    post.put("a@example.com")
    pauses = []
    for _ in range(10):
        post.rounds()
        pauses.append(round(post.mailer._retries.seconds_left(post.now)))
        post.now += timedelta(seconds=pauses[-1])
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert post.waiting() == ["a@example.com"]
    post.store.close()


def test_a_clock_that_is_set_back_does_not_keep_a_letter_waiting(post, smtp):
    smtp.hangs_up_at.add("bob@example.com")
    post.put("bob@example.com")
    post.rounds()
    post.rounds()
    smtp.hangs_up_at.clear()
    post.now -= timedelta(hours=1)
    assert post.mailer._retries.seconds_left(post.now) == 0
    post.rounds()
    assert (smtp.taken, post.waiting()) == (["bob@example.com"], [])


def test_after_a_day_it_is_given_up(tmp_path, caplog):
    post = Post(tmp_path / "data.json", free_port())
    post.put("a@example.com")
    post.now += timedelta(days=1, seconds=1)
    post.rounds()
    assert post.waiting() == []
    assert "given up" in caplog.text
    post.store.close()


def test_a_code_is_given_up_after_its_ten_minutes_and_is_never_on_disk(tmp_path):
    post = Post(tmp_path / "data.json", free_port())
    post.mailer.post_code("a@example.com", "123456", "en")
    post.rounds()
    assert b"123456" not in (tmp_path / "data.json").read_bytes()
    post.now += timedelta(minutes=10, seconds=1)
    post.rounds()
    assert not post.mailer._codes
    post.store.close()


def test_a_language_nobody_speaks_any_more_is_no_reason_to_lose_a_letter(post, smtp):
    post.put("a@example.com", language="de")
    post.rounds()
    assert smtp.taken == ["a@example.com"]
