"""The mailer run by hand, with a clock that stands still, against a real SMTP server that fails on demand."""

import threading
from datetime import timedelta

import pytest

from loadzone.domain.people import User
from loadzone.domain.records import Booking, Vm
from loadzone.lib.times import iso
from loadzone.notifications.letters import LetterWriter
from loadzone.notifications.smtp import RFC_5321
from loadzone.rules import renaming
from support.stores import write
from support.waiting import eventually
from support.world import NOON, unit
from unit.mail_system import IMPATIENT, NEVER


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
    mail.later(seconds=2)
    mail.deliver_all()
    assert mail.waiting() == []


@pytest.mark.parametrize("bad", [{"kind": "unknown"}, {"until": 5}, {"vm_id": None, "until": "no time"}])
def test_a_letter_that_cannot_be_written_is_dropped_and_the_others_go(mail, smtp, caplog, bad):
    mail.put("bad@example.com", **bad)
    mail.put("good@example.com")
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["good@example.com"], [])
    assert "bad@example.com was refused for good" in caplog.text


def test_nobody_whose_domain_may_not_sign_in_gets_letters(mail_at, smtp, caplog):
    caplog.set_level("INFO")
    mail = mail_at(smtp.port, allowed_domains=("example.com",))
    mail.put("out@partner.example", "out@sub.example.com", "in@example.com")
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["in@example.com"], [])
    assert "out@partner.example was not sent" in caplog.text


def test_the_letter_of_a_machine_that_was_renamed_meanwhile_is_sent(mail, smtp, monkeypatch):
    """The machine gets another name while the letter before is on its way."""
    until = NOON + timedelta(hours=1)
    write(mail.store, Vm("vm", booking=Booking("bob@example.com", until)))
    mail.put("ann@example.com", kind="released")
    mail.put("bob@example.com", kind="reminder", until=iso(until))
    rendered, names = LetterWriter.write, []

    def write_and_rename(writer, letter, reader):
        names.append(letter.about["vm_id"])
        mail.store.do(unit, lambda uow: renaming.rename(uow, uow.vm("vm"), "db", by="alice@example.com"))
        return rendered(writer, letter, reader)

    monkeypatch.setattr(LetterWriter, "write", write_and_rename)
    mail.deliver_all()
    assert (smtp.accepted, names) == (["ann@example.com", "bob@example.com"], ["vm", "db"])


def test_pauses_grow_from_two_seconds_to_five_minutes_while_the_server_is_away(mail_to_nowhere):
    mail = mail_to_nowhere
    mail.put("a@example.com")
    pauses = []
    for _ in range(10):
        mail.deliver_all()
        pauses.append(mail.pause())
        mail.later(seconds=pauses[-1])
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert mail.waiting() == ["a@example.com"]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_changes_no_pause(mail, smtp, hours):
    smtp.hangs_up_at.add("bob@example.com")
    mail.put("bob@example.com")
    mail.deliver_all()
    smtp.hangs_up_at.clear()
    mail.now += timedelta(hours=hours)
    mail.deliver_all()
    assert (mail.pause(), mail.waiting()) == (2, ["bob@example.com"])
    mail.seconds += 2
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["bob@example.com"], [])


def test_after_a_day_it_is_given_up(mail_to_nowhere, caplog):
    mail = mail_to_nowhere
    mail.put("a@example.com")
    mail.later(days=1, seconds=1)
    mail.deliver_all()
    assert mail.waiting() == []
    assert "given up" in caplog.text


def test_a_code_is_given_up_after_its_ten_minutes_and_is_never_on_disk(mail_to_nowhere, place):
    mail = mail_to_nowhere
    mail.mailer.post_code("a@example.com", "123456", "en")
    assert mail.mailer.deliver_codes()
    assert b"123456" not in place.file
    mail.later(minutes=10, seconds=1)
    assert not mail.mailer.deliver_codes()
    assert not mail.mailer._codes
    assert not mail.mailer._code_ids


def test_a_letter_in_an_unknown_language_is_delivered(mail, smtp):
    mail.put("a@example.com", language="de")
    mail.deliver_all()
    assert smtp.accepted == ["a@example.com"]


def test_a_letter_of_the_file_that_says_it_is_a_code_is_dropped(mail, smtp):
    mail.put("a@example.com", kind="code")
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == ([], [])


# An unknown outcome


def test_the_waiting_times_are_those_of_the_rfc():
    """RFC 5321, 4.5.3.2.1 to 4.5.3.2.6."""
    times = RFC_5321
    assert (times.greeting, times.command, times.data, times.block, times.verdict) == (300, 300, 120, 180, 600)


def test_a_server_that_is_slow_but_within_its_time_gets_one_copy(mail, smtp):
    smtp.late = {"VERDICT": 0.3}
    mail.put("a@example.com", "b@example.com")
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["a@example.com", "b@example.com"], [])
    assert smtp.connections == 1


def test_after_an_unknown_outcome_there_are_few_tries_far_apart(mail_at, smtp, caplog):
    mail = mail_at(smtp.port, patience=IMPATIENT)
    smtp.late = {"VERDICT": NEVER}
    mail.put("slow@example.com")
    tried_at = []
    while mail.waiting():
        before = len(smtp.accepted)
        mail.deliver_all()
        if len(smtp.accepted) > before:
            tried_at.append(mail.seconds / 3600)
        mail.later(minutes=5)
    assert tried_at == [0, 0.5, 2.5, 10.5]
    assert "given up" in caplog.text
    assert mail.mailer.trouble


def test_a_server_that_is_back_does_not_shorten_the_pause_after_an_unknown_outcome(mail, smtp):
    mail.mailer._patience = IMPATIENT
    smtp.late = {"slow@example.com": NEVER}
    mail.put("slow@example.com")
    mail.deliver_all()
    mail.mailer._patience = RFC_5321
    smtp.answers = {"MAIL": "450 not now"}
    mail.put("b@example.com")
    mail.deliver_all()
    mail.later(minutes=6)
    smtp.answers = {}
    mail.deliver_all()
    assert smtp.accepted == ["slow@example.com", "b@example.com"]


def test_a_connection_that_ends_before_the_last_dot_is_no_unknown_outcome(mail, smtp):
    smtp.hangs_up_at = {"a@example.com"}
    mail.put("a@example.com")
    mail.deliver_all()
    assert mail.pause() == 2


# Sign-in codes


def test_a_code_goes_beside_a_letter_that_takes_long(mail, smtp):
    """The second worker has a connection of its own."""
    smtp.held = {"slow@example.com"}
    mail.put("slow@example.com")
    worker = threading.Thread(target=mail.deliver_all)
    worker.start()
    eventually(lambda: smtp.accepted == ["slow@example.com"])
    mail.mailer.post_code("ann@example.com", "123456", "en")
    assert mail.mailer.deliver_codes()
    assert smtp.accepted == ["slow@example.com", "ann@example.com"]
    assert mail.waiting() == ["slow@example.com"], "it is not done yet"
    smtp.held.clear()
    worker.join()
    assert mail.waiting() == []


def test_codes_go_between_any_two_letters_of_a_connection(mail, smtp, monkeypatch):
    """For servers that allow one connection only."""
    mail.put("a@example.com", "b@example.com", "c@example.com")
    asked = []

    def ask_once(letter, reader, write=mail.mailer._writer.write):
        if not asked:
            asked.append(mail.mailer.post_code("ann@example.com", "123456", "en"))
        return write(letter, reader)

    monkeypatch.setattr(mail.mailer._writer, "write", ask_once)
    mail.deliver_all()
    assert smtp.accepted == ["a@example.com", "ann@example.com", "b@example.com", "c@example.com"]
    assert not mail.mailer.deliver_codes(), "it is not sent twice"


def test_a_code_that_could_not_be_sent_is_tried_again_and_others_with_it(mail, smtp):
    smtp.answers = {"MAIL": "450 not now"}
    mail.mailer.post_code("ann@example.com", "123456", "en")
    mail.mailer.post_code("bob@example.com", "654321", "en")
    assert mail.mailer.deliver_codes()
    assert not mail.mailer.deliver_codes(), "both have a pause"
    smtp.answers = {}
    mail.later(seconds=2)
    assert mail.mailer.deliver_codes()
    assert sorted(smtp.accepted) == ["ann@example.com", "bob@example.com"]


def test_a_code_whose_outcome_is_unknown_is_not_sent_again(mail_at, smtp):
    mail = mail_at(smtp.port, patience=IMPATIENT)
    smtp.late = {"VERDICT": NEVER}
    mail.mailer.post_code("ann@example.com", "123456", "en")
    assert mail.mailer.deliver_codes()
    mail.later(minutes=9)
    assert not mail.mailer.deliver_codes()
    assert smtp.accepted == ["ann@example.com"]


def test_a_letter_of_an_unwanted_kind_leaves_the_outbox_unsent(mail, smtp):
    """Also one that was written before its reader chose so."""
    write(mail.store, User("a@example.com", NOON, no_letters=("ended",)))
    mail.put("a@example.com", "b@example.com")
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["b@example.com"], [])


def test_a_zone_that_the_system_does_not_know_is_no_fault(mail, smtp):
    write(mail.store, User("a@example.com", NOON, zone="Mars/Olympus"))
    mail.put("a@example.com", until="2026-11-24T12:00:00Z")
    mail.deliver_all()
    assert smtp.accepted == ["a@example.com"]


@pytest.mark.parametrize("kind", ["deleted", "queue_gone", "taken"])
def test_a_letter_about_a_deletion_waits_ten_seconds_and_holds_up_no_other(mail, smtp, kind):
    mail.put("later@example.com", kind=kind)
    mail.put("now@example.com")
    mail.deliver_all()
    assert smtp.accepted == ["now@example.com"]
    assert mail.mailer._seconds_left() == 10, "the worker sleeps until then"
    mail.later(seconds=9.9)
    mail.deliver_all()
    assert mail.waiting() == ["later@example.com"]
    mail.later(seconds=0.1)
    mail.deliver_all()
    assert mail.waiting() == []
    assert mail.mailer._seconds_left() is None


def test_a_clock_that_is_set_back_makes_no_letter_wait_for_longer(mail, smtp):
    mail.put("later@example.com", kind="deleted")
    mail.now -= timedelta(hours=1)
    mail.deliver_all()
    assert smtp.accepted == ["later@example.com"]


def test_a_clock_that_is_some_seconds_behind_lets_a_letter_wait_all_the_same(mail, smtp):
    """Another process, whose clock is ahead, may have put it into the outbox."""
    mail.put("later@example.com", kind="deleted")
    mail.now -= timedelta(seconds=3)
    mail.deliver_all()
    assert smtp.accepted == []
    mail.later(seconds=13)
    mail.deliver_all()
    assert smtp.accepted == ["later@example.com"]


def test_a_worker_goes_on_whatever_fails_between_two_rounds(mail, smtp, monkeypatch, caplog):
    real, failed = mail.mailer._seconds_left, threading.Event()

    def fail_once():
        if not failed.is_set():
            failed.set()
            raise ValueError("nobody has thought of this")
        return real()

    monkeypatch.setattr(mail.mailer, "_seconds_left", fail_once)
    mail.mailer.start()
    assert failed.wait(10)
    mail.put("a@example.com")
    eventually(lambda: smtp.accepted == ["a@example.com"])
    mail.mailer.stop()
    assert "nobody has thought of this" in caplog.text
