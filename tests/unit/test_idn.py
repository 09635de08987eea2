"""A domain in another script and its form in DNS are one domain, wherever an address comes in."""

import json

import idna
import pytest
from hypothesis import example, given, strategies as st

from loadzone.config import BadSetting, Config
from loadzone.datafile.reader import read_state
from loadzone.domain.refusal import Refusal
from loadzone.lib.domain_names import ascii_domain
from loadzone.lib.email_addresses import canonical_email
from loadzone.rules import people
from loadzone.schemas.removal import Removal
from loadzone.schemas.requests import Auth, LeaveQueue, Role, WhoseTokens
from loadzone.schemas.validation import check
from support.inventory import from_now, inventory, machine, stamp, user
from support.world import World

UNICODE, ASCII = "ann@испытание.рф", "ann@xn--80akhbyknj4f.xn--p1ai"
SAME = [UNICODE, "ANN@ИСПЫТАНИЕ.РФ", "ann@испытание。рф", "ann@XN--80AKHBYKNJ4F.xn--p1ai", "ann@испы\u00adтание.рф"]


@pytest.mark.parametrize(
    ("domain", "in_dns"),
    [
        ("Bücher.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("straße.de", "xn--strae-oqa.de"),  # and not strasse.de, as IDNA2003 has it: that may be somebody else's
        ("STRAẞE.de", "xn--strae-oqa.de"),
        ("βόλος.com", "xn--nxasmm1c.com"),
        ("ΒΌΛΟΣ.com", "xn--nxasmq6b.com"),
        ("ｅｘａｍｐｌｅ．com", "example.com"),
        ("Example.COM", "example.com"),
    ],
)
def test_domains_are_mapped_as_browsers_do(domain, in_dns):
    assert ascii_domain(domain) == in_dns


@pytest.mark.parametrize(
    "domain", ["", "a..б", ".б", "б" * 60, "-б", "б-", "аб--в", "б/в", "☃.net", "\u0301б", "نامه\u200cای"]
)
def test_what_is_no_domain_is_refused(domain):
    with pytest.raises(ValueError):
        ascii_domain(domain)


WORDS = st.text(st.characters(categories=["L", "M", "Nd", "Cf"], include_characters="-ßςẞΣ"), min_size=1, max_size=8)


@given(WORDS)
@example("Z\u03a3\u0345\u0308")  # marks whose order changes when they are composed before they are mapped
@example("α\u0327\u0345ẞ")
def test_no_domain_is_taken_for_another_than_the_idna_library_says(word):
    """Unlike the library, ours knows no rules for single scripts; such domains cannot be registered."""
    try:
        expected, ours = idna.encode(word, uts46=True).decode(), ascii_domain(word)
    except (idna.IDNAError, ValueError):
        return
    assert ours == expected


@pytest.mark.parametrize("given", SAME)
def test_both_forms_of_an_address_are_one(given):
    assert canonical_email(given) == ASCII
    for model in (Auth, LeaveQueue, Removal, Role, WhoseTokens):
        fields = {"email": given, "role": "admin", "vm_id": "vm"}
        assert check(model, fields).email == ASCII
    assert Config.from_env({"LOADZONE_ADMINS": given}).admins == (ASCII,)
    domain = given.partition("@")[2]
    assert Config.from_env({"LOADZONE_ALLOWED_DOMAINS": f"@{domain}"}).allowed_domains == (ASCII.partition("@")[2],)


def test_who_comes_from_an_allowed_domain_gets_in_by_either_form():
    config = Config.from_env({"LOADZONE_ADMINS": UNICODE, "LOADZONE_ALLOWED_DOMAINS": "ИСПЫТАНИЕ.рф,example.com"})
    world = World(admins=config.admins, allowed_domains=config.allowed_domains)
    world.do(people.sign_in, email=check(Auth, {"email": UNICODE}).email, session="s")
    assert people.role_of(world.state, world.limits, ASCII) == "admin"


@pytest.mark.parametrize(
    "given", ["é@example.com", "\u212aate@example.com", "ann@", "ann", "a b@испытание.рф", "ann@☃.net"]
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(Refusal) as caught:
        check(Removal, {"email": given})
    assert caught.value.facts["reason"] == "email"
    with pytest.raises(BadSetting, match="LOADZONE_ADMINS"):
        Config.from_env({"LOADZONE_ADMINS": given})


def test_a_mail_server_is_looked_up_by_its_name_in_dns():
    settings = {"SMTP_HOST": "почта.рф", "SMTP_FROM": UNICODE}
    assert Config.from_env(settings).smtp_host == "xn--80a1acny.xn--p1ai"


def test_both_forms_in_a_file_are_one_person():
    token = {"id": "1", "name": "ci", "digest": "d", "created": stamp(from_now()), "expires": stamp(from_now(hours=1))}
    content = inventory(
        [machine("vm", UNICODE, from_now(hours=1), queue=["bob@испытание.рф"]), machine("old", "ivan.petrov")],
        users={UNICODE: user(tokens=[token]), ASCII: user(role="admin")},
        outbox=[{"id": "1", "to": UNICODE, "kind": "booked", "created": stamp(from_now())}],
    )
    state, repaired = read_state(json.dumps(content).encode())
    assert (state.vms["vm"].holder, state.vms["old"].holder) == (ASCII, "ivan.petrov")
    assert state.vms["vm"].queue[0].email == ASCII.replace("ann", "bob")
    assert (state.users[ASCII].role, list(state.users[ASCII].tokens)) == ("admin", ["1"])
    assert (list(state.users), state.letters["1"].to, len(repaired)) == ([ASCII], ASCII, 1)
