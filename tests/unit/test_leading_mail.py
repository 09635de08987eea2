"""The mailer of one of several processes that share the outbox, and what is left of a letter at the end."""

from loadzone.notifications.letters import LetterWriter
from loadzone.rules import outbox
from mailer import LOOK_WHETHER_ALONE
from support.leading import Leading
from support.ports import free_port
from support.waiting import eventually
from support.world import unit


def test_a_process_that_does_not_lead_sends_codes_alone(mail_at, smtp):
    mail = mail_at(smtp.port, leadership=(leadership := Leading(leads=True)))
    leadership.leads = leadership.leads_alone = False
    mail.put("a@example.com")
    mail.mailer.post_code("ann@example.com", "123456", "en")
    assert not mail.mailer.deliver()
    assert mail.mailer.deliver_codes()
    assert smtp.accepted == ["ann@example.com"]
    assert mail.mailer._seconds_left() is None


def test_the_trouble_of_a_process_that_leads_no_more_is_that_of_its_codes_alone(mail_at):
    mail = mail_at(free_port(), leadership=(leadership := Leading(leads=True)))
    mail.put("a@example.com")
    assert mail.mailer.deliver()
    assert mail.mailer.trouble
    leadership.leads = leadership.leads_alone = False
    assert mail.mailer.trouble is None, "whoever leads now knows"
    mail.mailer.post_code("ann@example.com", "123456", "en")
    assert mail.mailer.deliver_codes()
    assert mail.mailer.trouble
    mail.later(minutes=11)
    mail.mailer.deliver_codes()
    assert mail.mailer.trouble is None


def test_a_leader_waits_until_no_earlier_one_can_be_sending(mail_at, smtp):
    mail = mail_at(smtp.port, leadership=(leadership := Leading(leads=True)))
    leadership.leads_alone = False
    mail.put("a@example.com")
    assert not mail.mailer.deliver()
    assert mail.mailer._seconds_left() == LOOK_WHETHER_ALONE
    leadership.leads_alone = True
    mail.deliver_all()
    assert smtp.accepted == ["a@example.com"]


def test_a_process_that_leads_no_more_stops_between_two_letters(mail_at, smtp, monkeypatch):
    mail = mail_at(smtp.port, leadership=(leadership := Leading(leads=True)))
    mail.put("a@example.com", "b@example.com")
    monkeypatch.setattr(LetterWriter, "write", led_once(LetterWriter.write, leadership))
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == (["a@example.com"], ["b@example.com"])


def led_once(write, leadership):
    def write_and_lose(writer, letter, reader):
        leadership.leads_alone = False
        return write(writer, letter, reader)

    return write_and_lose


def test_a_letter_that_is_gone_when_its_turn_comes_is_not_sent(mail, smtp, monkeypatch):
    """Another process has sent it, or its deletion was undone, while the letter before was on its way."""
    mail.put("a@example.com", "b@example.com")
    rendered = LetterWriter.write

    def write_and_clear(writer, letter, reader):
        mail.store.do(unit, lambda uow: outbox.clear(uow, ["for b@example.com"]))
        return rendered(writer, letter, reader)

    monkeypatch.setattr(LetterWriter, "write", write_and_clear)
    mail.deliver_all()
    assert smtp.accepted == ["a@example.com"]


def test_pauses_of_letters_that_another_has_sent_are_forgotten(mail_at):
    mail = mail_at(free_port(), leadership=(leadership := Leading(leads=True)))
    mail.put("a@example.com", "b@example.com")
    mail.deliver_all()
    mail.store.do(unit, lambda uow: outbox.clear(uow, ["for a@example.com", "for b@example.com"]))
    mail.put("c@example.com")
    mail.later(seconds=1)
    mail.deliver_all()
    leadership.begin()
    assert mail.pause() == 2, "that of c: a pause that is over and belongs to no letter would keep the worker awake"


def test_a_letter_on_its_way_at_the_end_is_noted(mail, smtp):
    smtp.late = {"VERDICT": 0.3}
    mail.put("a@example.com")
    mail.mailer.start()
    eventually(lambda: smtp.accepted)
    mail.mailer.stop()
    assert mail.waiting() == []
