"""Addresses and names are checked and normalised where they come in."""

import json
import unicodedata
from email.message import EmailMessage
from email.policy import default

import pytest

from loadzone.config import BadSetting, Config
from loadzone.domain.refusal import Refusal
from loadzone.schemas.requests import AddVm
from loadzone.schemas.serializers import masked
from loadzone.schemas.validation import read


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://LoadZone.Example.COM:443/", "https://loadzone.example.com"),
        ("http://lz:80", "http://lz"),
        ("http://lz:8080/team/", "http://lz:8080/team"),
        ("https://испытание.рф", "https://xn--80akhbyknj4f.xn--p1ai"),
        ("https://Straße.de", "https://xn--strae-oqa.de"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_the_public_address_is_kept_as_a_browser_would_write_it(given, kept):
    assert Config.from_env({"LOADZONE_BASE_URL": given}).base_url == kept


@pytest.mark.parametrize(
    "given", ["lz.example.com", "ftp://lz", "http://", "http://[", "http://lz:99999", "http://a?b"]
)
def test_an_invalid_public_address_stops_the_start(given):
    with pytest.raises(BadSetting, match="LOADZONE_BASE_URL"):
        Config.from_env({"LOADZONE_BASE_URL": given})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("lz@example.com", "lz@example.com"),
        ("LoadZone <lz@example.com>", "LoadZone <lz@example.com>"),
        ("LoadZone <Lz@Example.com>", "LoadZone <Lz@Example.com>"),
        ("lz@испытание.рф", "lz@xn--80akhbyknj4f.xn--p1ai"),
        ("Foo, Bar <lz@example.com>", '"Foo, Bar" <lz@example.com>'),
        ("a@b <lz@example.com>", '"a@b" <lz@example.com>'),
        ('"Quoted; name" <lz@example.com>', '"Quoted; name" <lz@example.com>'),
        ("ЛоадЗона <lz@example.com>", "=?utf-8?b?0JvQvtCw0LTQl9C+0L3QsA==?= <lz@example.com>"),
    ],
)
def test_a_sender_is_kept_as_one_valid_address(given, kept):
    assert Config.from_env({"SMTP_FROM": given}).smtp_from == kept
    header = EmailMessage(policy=default)
    header["From"] = kept
    assert len(header["From"].addresses) == 1
    assert header["From"].addresses[0].addr_spec in kept


@pytest.mark.parametrize("given", ["nobody", "<>", "a@b.c, d@e.f", "x <a@b.c> y", "a@b.c\nBcc: d@e.f"])
def test_an_invalid_sender_stops_the_start(given):
    with pytest.raises(BadSetting, match="SMTP_FROM"):
        Config.from_env({"SMTP_FROM": given})


@pytest.mark.parametrize(
    ("address", "shown"), [("ann@example.com", "a…@example.com"), ("ivan.petrov", "i…"), ("a@b@c", "a…@b@c"), ("", "…")]
)
def test_masking_leaves_the_first_letter_and_the_domain(address, shown):
    assert masked(address) == shown


def added(vm_id):
    return read(AddVm, json.dumps({"id": vm_id}).encode()).id


def test_a_name_is_normalised_before_it_is_checked():
    assert added(unicodedata.normalize("NFD", "тестовый-й")) == "тестовый-й"
    assert added("й" * 64) == added(unicodedata.normalize("NFD", "й" * 64))


@pytest.mark.parametrize("vm_id", ["सर्वर-1", "서버_2", "Сервер.3", "٣", "x" * 64])
def test_a_name_may_have_letters_and_digits_of_any_script(vm_id):
    assert added(vm_id) == unicodedata.normalize("NFC", vm_id)


@pytest.mark.parametrize(
    "vm_id", ["", "a b", "a/b", "x" * 65, "\u0958" * 64, "a\u200bb", "½", "🙂", "<b>", "-x", "..", "a\ufe0f"]
)
def test_a_name_with_other_characters_or_a_wrong_length_is_refused(vm_id):
    with pytest.raises(Refusal) as caught:
        added(vm_id)
    assert caught.value.facts["field"] == "id"
