"""The headers of letters as they go over the wire: mail programs read them raw, before anything is decoded."""

import email
import re
from email.header import decode_header, make_header
from email.policy import default as modern

import pytest

from loadzone.config import Config
from loadzone.domain.people import Letter
from loadzone.lib.email_addresses import canonical_email
from loadzone.notifications.letters import RenderedLetter
from loadzone.notifications.mime import message_of
from loadzone.notifications.signed_links import SignedLinks
from support.world import NOON

LONG_DOMAIN = f"{'x' * 60}.{'y' * 60}.xn--e1afmkfd.example"
LONG_ADDRESS = f"{'a' * 64}@{LONG_DOMAIN}"
LONG_URL = SignedLinks("k" * 20, f"https://{LONG_DOMAIN}/loadzone").unsubscribe_url(LONG_ADDRESS, "waiting_maintenance")


def headers(subject="vm", to="bob@example.com", sender="lz@example.com", unsubscribe=""):
    """Return the headers as (name, lines), as they are sent."""
    rendered = RenderedLetter("en", subject, "text", "<p>text</p>", unsubscribe)
    letter = Letter("f" * 32, to, "ended", NOON, {})
    head = message_of(Config(smtp_from=sender), letter, rendered).as_bytes().partition(b"\r\n\r\n")[0]
    fields = re.split(r"\r\n(?![ \t])", head.decode("ascii"))
    return [(name, value.split("\r\n")) for name, _, value in (field.partition(":") for field in fields)]


def test_the_address_that_stops_letters_is_written_as_it_is():
    """RFC 2369 and RFC 8058 allow no encoded words there."""
    sent = dict(headers(unsubscribe=LONG_URL))
    assert sent["List-Unsubscribe"] == [f" <{LONG_URL}>"]
    assert sent["List-Unsubscribe-Post"] == [" List-Unsubscribe=One-Click"]


def test_addresses_and_the_name_of_the_letter_are_written_as_they_are():
    sent = dict(headers(to=LONG_ADDRESS, sender=f"LoadZone of the Team <{LONG_ADDRESS}>"))
    assert sent["To"] == [f" {LONG_ADDRESS}"]
    assert sent["From"] == [f" LoadZone of the Team <{LONG_ADDRESS}>"]
    assert sent["Message-ID"] == [f" <{'f' * 32}@{LONG_DOMAIN}>"]


@pytest.mark.parametrize("letters", ["machine name ", "машина имя ", "vm-", "ы", "vm ы "])
@pytest.mark.parametrize("length", [*range(55, 90), 300, 990, 3000])
def test_no_header_begins_with_an_empty_line_or_has_one_that_is_too_long(letters, length):
    text = (letters * length)[:length].strip()
    for name, lines in headers(subject=text, sender=f"{text[:300]} <{LONG_ADDRESS}>", unsubscribe=LONG_URL):
        assert all(line.strip() for line in lines), name
        assert all(len(f"{name}:{line}") <= 998 for line in lines), name


@pytest.mark.parametrize("words", ["4 machines are held, ", "Для вас отложены машины, ", "vm-", "vm-ы (UTC+03:00) "])
@pytest.mark.parametrize("count", range(1, 12))
def test_a_subject_is_read_as_it_was_written(words, count):
    """Whatever its length, and without encoded words where it has nothing to encode."""
    subject = (words * count).strip()
    [lines] = [lines for name, lines in headers(subject=subject) if name == "Subject"]
    assert email.message_from_string("Subject:" + "\r\n".join(lines), policy=modern)["Subject"] == subject
    assert ("=?" in lines[0]) is not subject.isascii()


LINE_END = "=?utf-8?q?=0D=0ABcc=3A_mallory=40example.com=0D=0A=0D=0A?="
LOOKS_ENCODED = [LINE_END, "=?utf-8?q?Boss?=", "=?utf-8?b?w7w=?= gpu", "gpu =?utf-8?q?x?=", "a =?x"]


@pytest.mark.parametrize("words", ["{}: your booking ends", "{}: бронь заканчивается", "{} " + "of the team " * 90])
@pytest.mark.parametrize("name", LOOKS_ENCODED)
def test_a_name_that_looks_like_an_encoded_word_is_only_text(words, name):
    subject = words.format(name).strip()
    sent = headers(subject=subject)
    assert {name for name, _ in sent} == {name for name, _ in headers()}
    [lines] = [lines for name, lines in sent if name == "Subject"]
    assert all(line.strip() for line in lines)
    assert str(make_header(decode_header("\r\n".join(lines).lstrip()))) == subject


@pytest.mark.parametrize("name", ["=?utf-8?q?boss?=", LINE_END.partition("40")[0] + "?=", "a..b", ".a", "a."])
def test_an_address_that_headers_cannot_have_as_it_is_is_written_in_quotes(name):
    """RFC 2047, 5: nothing in a quoted string is an encoded word. RFC 5322, 3.4.1: the quotes are no part of it."""
    sent = headers(to=f"{name}@example.com")
    assert dict(sent)["To"] == [f' "{name}"@example.com']
    assert {name for name, _ in sent} == {name for name, _ in headers()}


def test_other_addresses_are_written_as_they_are():
    for name in ("a'b!#$%&*+/?=^_`{|}~-c", "a.b.c", "=", "?=", "1"):
        address = canonical_email(f"{name}@example.com")
        assert dict(headers(to=address))["To"] == [f" {address}"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028"])
def test_a_line_end_in_an_address_edited_by_hand_is_refused(end):
    with pytest.raises(ValueError, match="line end"):
        headers(to=f"bob@example.com{end}Bcc: mallory@example.com")
