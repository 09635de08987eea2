"""Letters arrive at least once, whatever the SMTP server does, and sending them delays no request."""

import json
import time

import pytest

from support.answers import done
from support.inventory import from_now, inventory, machine, stamp
from support.people import Person
from support.smtp import HangingServer, MailServer
from support.waiting import eventually


@pytest.fixture
def smtp():
    """An SMTP server for this test, not started yet."""
    smtp = MailServer()
    yield smtp
    smtp.stop()


@pytest.fixture
def server_with_letters(start):
    """Return a function that starts a server on which alice ends `count` bookings of reader-0@example.com, …."""

    def make(count: int = 1, **settings: str):
        machines = [machine(f"vm-{n}", f"reader-{n}@example.com", from_now(hours=2)) for n in range(count)]
        server = start(inventory(machines), **settings)
        alice = Person(server, "alice@example.com").sign_in()
        for n in range(count):
            done(alice.cancel(f"vm-{n}", reason="needed"))
        return server

    return make


def test_a_letter_is_sent_once_the_smtp_server_is_back(smtp, server_with_letters):
    server = server_with_letters(**smtp.settings)
    server.wait_for_log(r"(?i)(smtp|mail|letter)")
    smtp.start()
    smtp.wait_for_letter("reader-0@example.com")


def test_letters_wait_over_a_restart(smtp, server_with_letters):
    server = server_with_letters(3, **smtp.settings)
    server.stop()
    smtp.start()
    server.start()
    for n in range(3):
        smtp.wait_for_letter(f"reader-{n}@example.com")


def test_letters_wait_over_a_kill(smtp, server_with_letters):
    server = server_with_letters(3, **smtp.settings)
    server.kill()
    smtp.start()
    server.start()
    for n in range(3):
        smtp.wait_for_letter(f"reader-{n}@example.com")


def test_a_letter_that_was_sent_is_not_sent_again_after_a_restart(smtp, server_with_letters):
    smtp.start()
    server = server_with_letters(**smtp.settings)
    smtp.wait_for_letter("reader-0@example.com")
    eventually(lambda: "reader-0@example.com" not in server.outbox())
    server.restart()
    alice = Person(server, "alice@example.com").sign_in()
    done(Person(server, "late@example.com").sign_in().book("vm-0"))
    done(alice.cancel("vm-0"))
    smtp.wait_for_letter("late@example.com")
    assert len(smtp.letters_to("reader-0@example.com")) == 1


def test_a_letter_refused_for_now_is_sent_again_after_growing_pauses(smtp, server_with_letters):
    smtp.answer = "451 Try again later"
    smtp.start()
    server_with_letters(**smtp.settings)
    smtp.wait_for_attempts(2)
    smtp.answer = "250 OK"
    letter = smtp.wait_for_letter("reader-0@example.com")
    attempts = smtp.wait_for_attempts(3)
    first, second = attempts[1].at - attempts[0].at, attempts[2].at - attempts[1].at
    assert first > 1.5  # no more than that on a busy machine; the exact pauses are in unit/test_mailer.py
    assert second > 3.5
    assert {attempt.message["Message-ID"] for attempt in attempts} == {letter.message["Message-ID"]}
    assert {attempt.message["Date"] for attempt in attempts} == {letter.message["Date"]}


def test_the_message_id_is_the_same_after_a_restart_and_another_for_another_letter(smtp, server_with_letters):
    smtp.answer = "451 Try again later"
    smtp.start()
    server = server_with_letters(2, **smtp.settings)
    smtp.wait_for_attempts(2)
    server.stop()
    ids = {attempt.to: attempt.message["Message-ID"] for attempt in smtp.attempts}
    smtp.answer = "250 OK"
    server.start()
    for n in range(2):
        assert smtp.wait_for_letter(f"reader-{n}@example.com").message["Message-ID"] == ids[f"reader-{n}@example.com"]
    assert len(set(ids.values())) == 2


@pytest.mark.parametrize("where", ["recipient", "message"])
def test_a_letter_refused_for_good_is_dropped_and_logged(smtp, server_with_letters, where):
    """tests/unit/test_mail_refusals.py has which refusals are final."""
    smtp.start()
    if where == "recipient":
        smtp.recipient_answer = "550 No such user here"
    else:
        smtp.answer = "554 5.6.0 Not wanted"
    server = server_with_letters(**smtp.settings)
    server.wait_for_log(r"reader-0@example\.com.*55[04]|55[04].*reader-0@example\.com")
    eventually(lambda: "reader-0@example.com" not in server.outbox())
    smtp.recipient_answer = smtp.answer = "250 OK"
    server.restart()
    done(Person(server, "next@example.com").sign_in().book("vm-0"))
    done(Person(server, "alice@example.com").sign_in().cancel("vm-0"))
    smtp.wait_for_letter("next@example.com")
    assert smtp.letters_to("reader-0@example.com") == []


def test_one_refused_reader_does_not_hold_up_the_others(smtp, server_with_letters):
    smtp.start()
    smtp.recipient_answer = "451 Mailbox busy"
    server = server_with_letters(1, **smtp.settings)
    smtp.wait_for(lambda: smtp.refused_recipients, 1)
    smtp.recipient_answer = "250 OK"
    done(Person(server, "next@example.com").sign_in().book("vm-0"))
    done(Person(server, "alice@example.com").sign_in().cancel("vm-0"))
    smtp.wait_for_letter("next@example.com")
    smtp.wait_for_letter("reader-0@example.com")


def test_a_day_old_letter_is_not_sent_any_more(smtp, server_with_letters):
    """A letter that is in the file for longer than a day is dropped and logged."""
    server = server_with_letters(**smtp.settings)
    server.stop()
    stored = server.stored()
    for letter in stored["outbox"]:
        letter["created"] = stamp(from_now(days=-3))
    server.data.write_text(json.dumps(stored), encoding="utf-8")
    smtp.start()
    server.start()
    server.wait_for_log(
        r"(?i)(dropped|gave up|given up).*reader-0@example\.com|reader-0@example\.com.*(dropped|gave up|given up)"
    )
    assert smtp.attempts == []


def test_an_smtp_server_that_hangs_delays_no_request(start):
    with HangingServer() as hanging:
        machines = [machine("vm-0", "reader@example.com", from_now(hours=2)), machine("vm-1")]
        server = start(inventory(machines), **hanging.settings)
        alice = Person(server, "alice@example.com").sign_in()
        done(alice.cancel("vm-0", reason="needed"))
        assert hanging.called.wait(30)
        began = time.monotonic()
        for _ in range(5):
            done(alice.book("vm-1"))
            done(alice.cancel("vm-1"))
            done(alice.get("/vms"))
        assert time.monotonic() - began < 15, "a request that waited for the SMTP server would take much longer"
        assert server.stop() < 15, "stopping the server does not wait either"


def test_an_smtp_server_that_hangs_delays_no_sign_in(start):
    with HangingServer() as hanging:
        server = start(LOADZONE_AUTH="code", **hanging.settings)
        began = time.monotonic()
        done(Person(server).ask_for_code())
        assert time.monotonic() - began < 15


def test_without_smtp_no_letters_are_kept(server_with_letters):
    assert "reader-0@example.com" not in server_with_letters(3).outbox()
