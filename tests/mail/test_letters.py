"""The content of letters and their recipients."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from support.answers import done, is_russian
from support.inventory import from_now, inventory, machine, moment, record, stamp, user
from support.people import Person
from support.smtp import both_parts_contain
from support.waiting import eventually


def test_a_letter_has_the_usual_headers_and_parts(alice, reader, vm, smtp, server):
    reader.book(vm)
    alice.cancel(vm)
    message = smtp.wait_for_letter(reader.email, vm).message
    assert message["From"].addresses[0].addr_spec == "loadzone@example.com"
    assert message["To"].addresses[0].addr_spec == reader.email
    assert abs(parsedate_to_datetime(message["Date"]) - from_now()) < timedelta(minutes=1)
    assert re.fullmatch(r"<[^<>\s]+@[^<>\s]+>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert all(part.get_content_charset() == "utf-8" for part in message.iter_parts())


def test_the_letter_about_a_release_by_an_admin_has_the_reason(alice, reader, vm, smtp):
    reader.book(vm)
    done(alice.cancel(vm, reason="the <b>disk</b> & the fan"))
    letter = smtp.wait_for_letter(reader.email, vm)
    assert "the <b>disk</b> & the fan" in letter.text
    assert "the &lt;b&gt;disk&lt;/b&gt; &amp; the fan" in letter.html
    assert both_parts_contain(letter, vm, "alice@example.com")


def test_the_letter_about_a_release_without_a_reason_names_none(alice, reader, vm, smtp):
    reader.book(vm)
    done(alice.cancel(vm))
    assert "None" not in smtp.wait_for_letter(reader.email, vm).text


def test_the_holder_of_a_deleted_machine_gets_a_letter(alice, reader, vm, smtp):
    reader.book(vm)
    done(alice.delete_vm(vm, force=True))
    assert both_parts_contain(smtp.wait_for_letter(reader.email, vm), vm)


def test_a_person_who_releases_the_own_machine_gets_no_letter(alice, reader, make_vm, smtp):
    own, other = make_vm(), make_vm()
    reader.book(own)
    reader.cancel(own)
    reader.book(other)
    alice.cancel(other)
    smtp.wait_for_letter(reader.email, other)
    assert len(smtp.letters_to(reader.email)) == 1


def test_an_admin_who_releases_the_own_machine_gets_no_letter(alice, reader, make_vm, smtp):
    own, other = make_vm(), make_vm()
    alice.book(own)
    alice.cancel(own, reason="mine")
    reader.book(other)
    alice.cancel(other)
    smtp.wait_for_letter(reader.email, other)
    assert smtp.letters_to("alice@example.com", own) == []


def test_the_end_of_a_booking_sends_a_letter(reader, vm, smtp):
    done(reader.book(vm, 1 / 3600))
    letter = smtp.wait_for_letter(reader.email, vm)
    assert both_parts_contain(letter, vm)
    assert reader.actions(vm) == ["book", "release"]


def test_a_booking_that_ended_while_the_server_was_down_sends_a_letter(smtp, start):
    held = record("vm", from_now(hours=-2), from_now(minutes=-5))
    server = start(
        inventory([machine("vm", "away@example.com", from_now(minutes=-5))], users={"away@example.com": user(held)}),
        **smtp.settings,
    )
    assert "vm" in smtp.wait_for_letter("away@example.com").text
    assert server.stored_vm("vm")["booked_by"] is None


def test_the_reminder_names_the_machine_and_has_two_links(smtp, start, soon):
    start(soon("remind@example.com", note="nightly <tests>"), LOADZONE_REMIND_MINUTES="5", **smtp.settings)
    letter = smtp.wait_for_letter("remind@example.com")
    assert both_parts_contain(letter, "vm-of-remind")
    assert len(set(letter.links)) == 2
    assert all(token in letter.html for token in letter.links)
    assert "<tests>" not in letter.html


def test_each_reminder_of_the_settings_is_sent(smtp, start):
    server = start(inventory([machine("vm")]), LOADZONE_REMIND_MINUTES="5,4.95", **smtp.settings)
    done(Person(server, "twice@example.com").sign_in().book("vm", 301 / 3600))
    smtp.wait_for_letter("twice@example.com", count=2)


def test_of_several_missed_reminders_only_the_last_is_sent(alice_at, smtp, start):
    ends = from_now(minutes=10)
    held = record("vm", from_now(hours=-3), ends)
    server = start(
        inventory([machine("vm", "missed@example.com", ends)], users={"missed@example.com": user(held)}),
        LOADZONE_REMIND_MINUTES="60,30,15",
        **smtp.settings,
    )
    smtp.wait_for_letter("missed@example.com")
    done(alice_at(server).cancel("vm", reason="sentinel"))
    last = smtp.wait_for_letter("missed@example.com", count=2)
    assert "sentinel" in last.text


def test_a_reminder_due_before_the_booking_is_not_sent(alice, reader, vm, smtp):
    done(reader.book(vm, 0.1))
    done(alice.cancel(vm, reason="sentinel"))
    assert "sentinel" in smtp.wait_for_letter(reader.email).text


def test_a_reminder_is_not_sent_again_after_a_restart(alice_at, smtp, start, soon):
    server = start(soon("once@example.com", seconds=1), LOADZONE_REMIND_MINUTES="5", **smtp.settings)
    smtp.wait_for_letter("once@example.com")
    eventually(lambda: "once@example.com" not in server.outbox())
    server.restart()
    done(alice_at(server).cancel("vm-of-once", reason="sentinel"))
    assert "sentinel" in smtp.wait_for_letter("once@example.com", count=2).text


def test_a_reminder_is_sent_again_after_a_renewal(smtp, start, soon):
    server = start(soon("renewed@example.com", seconds=1), LOADZONE_REMIND_MINUTES="5", **smtp.settings)
    smtp.wait_for_letter("renewed@example.com")
    holder = Person(server, "renewed@example.com").sign_in()
    ends = moment(holder.vm("vm-of-renewed")["expires_at"])
    done(holder.renew("vm-of-renewed", (from_now(minutes=5, seconds=8) - ends) / timedelta(hours=1)))
    smtp.wait_for_letter("renewed@example.com", count=2)


def test_a_token_that_expires_soon_is_told_of_once(smtp, start):
    token = {"id": "t", "name": "nightly", "digest": "d", "created": stamp(from_now(days=-90))}
    owner = user(tokens=[{**token, "expires": stamp(from_now(days=5))}])
    server = start(inventory(users={"expires@example.com": owner}), LOADZONE_LANGUAGE="en", **smtp.settings)
    assert both_parts_contain(smtp.wait_for_letter("expires@example.com", "nightly” expires on"), "Create a new one")
    eventually(lambda: "expires@example.com" not in server.outbox())
    server.restart()
    assert "expires@example.com" not in server.outbox()
    assert len(smtp.letters_to("expires@example.com")) == 1


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False)])
def test_letters_are_in_the_chosen_language(alice, reader, vm, smtp, language, russian):
    reader.choose_language(language)
    reader.book(vm)
    alice.cancel(vm)
    letter = smtp.wait_for_letter(reader.email, vm)
    assert is_russian(letter.subject) is is_russian(letter.text) is is_russian(letter.html) is russian
    assert f'lang="{language}"' in letter.html
    assert letter.message["Content-Language"] == language


def test_letters_are_in_the_last_language_of_the_browser_if_none_was_chosen(alice, server, vm, smtp):
    reader = Person(server, language="ru").sign_in()
    reader.book(vm)
    alice.cancel(vm)
    assert is_russian(smtp.wait_for_letter(reader.email, vm).subject)


def test_letters_to_people_who_never_signed_in_are_in_the_servers_language(smtp, start):
    ended = inventory([machine("vm", "unseen@example.com", from_now(minutes=-5))])
    start(ended, LOADZONE_LANGUAGE="ru", **smtp.settings)
    assert is_russian(smtp.wait_for_letter("unseen@example.com").subject)


def test_a_name_or_a_note_cannot_break_a_header(smtp, start):
    name = "vm\r\nBcc: victim@example.com\r\n\r\nbody"
    ended = inventory([machine(name, "header@example.com", from_now(minutes=-5), note="x\r\nCc: victim@example.com")])
    start(ended, **smtp.settings)
    letter = smtp.wait_for_letter("header@example.com")
    assert letter.message.keys().count("Subject") == 1
    assert "Bcc" not in letter.message
    assert "Cc" not in letter.message
    assert smtp.letters_to("victim@example.com") == []


def test_a_machine_with_a_very_long_name_makes_a_valid_letter(smtp, start):
    start(inventory([machine("ы" * 3000, "long@example.com", from_now(minutes=-5))]), **smtp.settings)
    assert all(len(line) <= 998 for line in smtp.wait_for_letter("long@example.com").raw.split(b"\r\n"))


@pytest.fixture
def alice_at():
    return lambda server: Person(server, "alice@example.com").sign_in()
