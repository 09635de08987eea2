"""Which refusals of a mail server are final for a letter, and how trouble with mail is said and shown."""

import pytest

from support.ports import free_port
from support.scripted_smtp import ScriptedSmtp
from support.world import NOON
from unit.mail_system import IMPATIENT, NEVER

FINAL = {
    "an unknown recipient": {"RCPT": "550 No such user here"},
    "a relay that says no at the recipient": {"RCPT": "554 5.7.1 Relay access denied"},
    "a bad mailbox, said late": {"VERDICT": "550 5.1.1 User unknown"},
    "a content that cannot be taken": {"VERDICT": "554 5.6.0 Message content rejected"},
    "a letter that is too big": {"MAIL": "552 5.3.4 Message too big"},
    "a letter that is too big, said late": {"VERDICT": "552 5.3.4 Message too big"},
}
AWAY = {
    "no service": {"EHLO": "421 4.3.2 Service not available"},
    "no greeting": {"EHLO": "554 5.7.1 You are not welcome"},
    "a login is asked for": {"MAIL": "530 5.7.0 Authentication required"},
    "the sender is unknown": {"MAIL": "553 5.1.8 Sender address rejected: domain not found"},
    "the sender is refused": {"MAIL": "550 Sender refused"},
    "no service, said at the sender": {"MAIL": "421 Too many connections"},
    "no data": {"DATA": "554 No valid recipients"},
    "no data now": {"DATA": "451 Out of memory"},
    "a quota": {"VERDICT": "554 Quota exceeded"},
    "a quota with a status": {"VERDICT": "552 5.2.2 Over quota"},
    "a filter": {"VERDICT": "550 5.7.1 Looks like spam"},
    "a full disk": {"VERDICT": "452 4.3.1 Insufficient system storage"},
    "a disk too full, said temporarily": {"VERDICT": "452 5.6.0 says the one and the other"},
}
MAILBOX = {
    "a busy mailbox": {"RCPT": "451 4.2.1 Mailbox busy"},
    "greylisting": {"RCPT": "450 4.7.1 Greylisted, try again later"},
}


@pytest.mark.parametrize("answers", FINAL.values(), ids=FINAL)
def test_what_is_about_this_letter_is_final(mail, smtp, caplog, answers):
    smtp.answers = answers
    mail.put("a@example.com")
    mail.deliver_all()
    assert mail.waiting() == []
    assert "a@example.com was refused for good" in caplog.text
    assert mail.mailer.trouble is None


@pytest.mark.parametrize("answers", [*AWAY.values(), *MAILBOX.values()], ids=[*AWAY, *MAILBOX])
def test_what_may_get_better_is_kept_and_tried_again(mail, smtp, answers):
    smtp.answers = answers
    mail.put("a@example.com", "b@example.com")
    mail.deliver_all()
    assert (smtp.accepted, mail.waiting()) == ([], ["a@example.com", "b@example.com"])
    smtp.answers = {}
    mail.later(seconds=2)
    mail.deliver_all()
    assert (sorted(smtp.accepted), mail.waiting()) == (["a@example.com", "b@example.com"], [])


@pytest.mark.parametrize("answers", AWAY.values(), ids=AWAY)
def test_a_server_that_takes_nothing_is_said_once_and_shown_until_it_takes_letters(mail, smtp, caplog, answers):
    caplog.set_level("INFO")
    [answer] = answers.values()
    smtp.answers = answers
    mail.put("a@example.com", "b@example.com", "c@example.com")
    for _ in range(4):
        mail.deliver_all()
        mail.later(minutes=10)
    said = [record for record in caplog.records if "letters wait" in record.message]
    assert len(said) == 1
    assert answer in said[0].message
    assert len([record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]) <= 2, (
        "one of a letter"
    )
    assert (mail.mailer.trouble.since, mail.mailer.trouble.reason) == (NOON, answer)
    smtp.answers = {}
    mail.deliver_all()
    assert mail.mailer.trouble is None
    assert "takes letters again" in caplog.text


def test_mailboxes_that_are_busy_are_trouble_only_when_nothing_was_taken_for_long(mail, smtp, caplog):
    smtp.answers = {"RCPT slow@example.com": "450 Greylisted"}
    mail.put("slow@example.com")
    mail.deliver_all()
    mail.put("a@example.com")
    for minutes in (14, 14):
        mail.later(minutes=minutes)
        mail.deliver_all()
        assert (smtp.accepted, mail.mailer.trouble) == (["a@example.com"], None)
    mail.later(minutes=15)
    mail.deliver_all()
    assert mail.mailer.trouble.reason == "450 Greylisted"
    assert caplog.text.count("slow@example.com is to be tried again") == 1, (
        "for the letter, it is said at its first try"
    )


def test_a_refused_login_keeps_the_letters(mail_at, caplog):
    with ScriptedSmtp(auth_require_tls=False) as smtp:
        smtp.answers = {"AUTH": "535"}
        mail = mail_at(smtp.port, smtp_user="lz@example.com", smtp_pass="wrong")
        mail.put("a@example.com")
        mail.deliver_all()
        assert mail.waiting() == ["a@example.com"]
        assert "STARTTLS" in mail.mailer.trouble.reason


def test_a_server_that_cannot_be_reached_is_named_in_words(mail_at, caplog):
    port = free_port()
    mail = mail_at(port)
    mail.put("a@example.com")
    mail.deliver_all()
    assert mail.mailer.trouble.reason == f"no connection to 127.0.0.1:{port} (connection refused)"
    assert f"letters wait: {mail.mailer.trouble.reason}" in caplog.text
    assert "Errno" not in caplog.text


def test_a_server_that_hangs_up_within_a_letter_is_named_in_words(mail, smtp):
    smtp.late = {"VERDICT": NEVER}
    mail.mailer._patience = IMPATIENT
    mail.put("a@example.com")
    mail.deliver_all()
    reason = f"lost the connection to 127.0.0.1:{smtp.port} (connection unexpectedly closed: timed out)"
    assert mail.mailer.trouble.reason == reason


def test_once_the_server_is_back_all_that_waited_for_it_goes_at_once(mail, smtp):
    smtp.answers = {"MAIL": "450 not now"}
    mail.put("a@example.com", "b@example.com")
    mail.deliver_all()
    for _ in range(6):
        mail.later(seconds=mail.pause())
        mail.deliver_all()
    smtp.answers = {}
    mail.put("new@example.com")
    mail.deliver_all()
    assert len(smtp.accepted) == 3
