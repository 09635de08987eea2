"""TLS for mail, as SMTP_TLS says; by default from the start on port 465, and on other ports STARTTLS if it is offered.

A login is never sent without it.
"""

import os

import pytest
from aiosmtpd.smtp import AuthResult

from support.answers import done
from support.inventory import from_now, inventory, machine
from support.people import Person
from support.scripted_smtp import ScriptedSmtp
from support.smtp import LOGIN, MailServer, OwnCertificate, check_login
from support.waiting import eventually

READER = "reader@example.com"
USER, PASSWORD = LOGIN


@pytest.fixture
def letter_through(start):
    """Return a function that starts a server with one letter to send through this SMTP server."""

    def send(smtp: MailServer | ScriptedSmtp, **settings: str):
        server = start(inventory([machine("vm", READER, from_now(hours=2))]), **smtp.settings | settings)
        done(Person(server, "alice@example.com").sign_in().cancel("vm", reason="needed"))
        return server

    return send


def failed_to_send(server, smtp) -> bool:
    """Wait until the log reports a TLS problem, and return True if nothing was sent."""
    server.wait_for_log(r"(?i)(ssl|tls|certificate|starttls)")
    return smtp.attempts == []


def test_a_local_relay_needs_neither_tls_nor_a_login(letter_through):
    with MailServer() as smtp:
        letter_through(smtp)
        letter = smtp.wait_for_letter(READER)
        assert not letter.tls
        assert letter.login is None


def test_starttls_is_used_if_offered(letter_through, authority):
    with MailServer(tls_context=authority.context()) as smtp:
        letter_through(smtp, SSL_CERT_FILE=authority.file)
        assert smtp.wait_for_letter(READER).tls


def test_a_login_goes_through_starttls(letter_through, authority):
    with MailServer(tls_context=authority.context(), authenticator=check_login, auth_required=True) as smtp:
        letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS=PASSWORD)
        letter = smtp.wait_for_letter(READER)
        assert letter.tls
        assert letter.login == USER


def test_a_login_is_never_sent_without_tls(letter_through):
    given = []

    def overhear(server, session, envelope, mechanism, auth_data):
        given.append(auth_data)
        return AuthResult(success=True)

    with MailServer(authenticator=overhear, auth_require_tls=False) as smtp:
        server = letter_through(smtp, SMTP_USER=USER, SMTP_PASS=PASSWORD)
        assert failed_to_send(server, smtp)
        assert given == []


def test_port_465_is_tls_from_the_start(letter_through, authority):
    # An address that only this process uses: on 127.0.0.1 another run of these tests may use the port.
    address = f"127.{1 + os.getpid() % 250}.{os.getpid() // 250 % 250}.1"
    options = {
        "address": address,
        "ssl_context": authority.context(address),
        "authenticator": check_login,
        "auth_require_tls": False,
    }
    with MailServer(port=465, **options) as smtp:
        letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS=PASSWORD)
        letter = smtp.wait_for_letter(READER)
        assert letter.tls
        assert letter.login == USER


def test_a_certificate_of_an_unknown_authority_is_refused(letter_through, authority):
    with MailServer(tls_context=authority.context(), authenticator=check_login) as smtp:
        assert failed_to_send(letter_through(smtp, SMTP_USER=USER, SMTP_PASS=PASSWORD), smtp)


def test_a_certificate_of_another_host_is_refused(letter_through, authority):
    with MailServer(tls_context=authority.context("elsewhere.example"), authenticator=check_login) as smtp:
        server = letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS=PASSWORD)
        assert failed_to_send(server, smtp)


def test_a_certificate_of_another_host_is_refused_without_a_login_too(letter_through, authority):
    with MailServer(tls_context=authority.context("elsewhere.example")) as smtp:
        assert failed_to_send(letter_through(smtp, SSL_CERT_FILE=authority.file), smtp)


def test_the_password_may_come_as_a_file(letter_through, authority, tmp_path):
    secret = tmp_path / "smtp-password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    with MailServer(tls_context=authority.context(), authenticator=check_login, auth_required=True) as smtp:
        letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS_FILE=str(secret))
        assert smtp.wait_for_letter(READER).login == USER


def test_a_wrong_password_is_logged_without_the_password(letter_through, authority):
    with MailServer(tls_context=authority.context(), authenticator=check_login, auth_required=True) as smtp:
        server = letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS="wrong horse")
        server.wait_for_log(r"535")
        assert "wrong horse" not in server.log
        assert smtp.attempts == []


def test_the_sender_falls_back_to_the_user(letter_through, authority):
    with MailServer(tls_context=authority.context(), authenticator=check_login, auth_required=True) as smtp:
        letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS=PASSWORD, SMTP_FROM="")
        assert smtp.wait_for_letter(READER).sender == USER


# SMTP_TLS


def test_tls_from_the_start_works_on_any_port(letter_through, authority):
    options = {"authenticator": check_login, "auth_require_tls": False}
    with MailServer(ssl_context=authority.context(), **options) as smtp:
        letter_through(smtp, SMTP_TLS="tls", SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS=PASSWORD)
        letter = smtp.wait_for_letter(READER)
        assert letter.tls
        assert letter.login == USER


def test_with_tls_from_the_start_a_certificate_of_an_unknown_authority_is_refused(letter_through, authority):
    with MailServer(ssl_context=authority.context()) as smtp:
        assert failed_to_send(letter_through(smtp, SMTP_TLS="tls"), smtp)


def test_starttls_may_be_required_without_a_login(letter_through):
    with MailServer() as smtp:
        assert failed_to_send(letter_through(smtp, SMTP_TLS="starttls"), smtp)


def test_starttls_that_is_required_is_used(letter_through, authority):
    with MailServer(tls_context=authority.context()) as smtp:
        letter_through(smtp, SMTP_TLS="starttls", SSL_CERT_FILE=authority.file)
        assert smtp.wait_for_letter(READER).tls


def test_tls_that_is_offered_may_be_left_alone(letter_through, authority):
    """For a relay in the same machine whose certificate is not valid for its name."""
    with MailServer(tls_context=authority.context("elsewhere.example")) as smtp:
        letter_through(smtp, SMTP_TLS="none")
        assert not smtp.wait_for_letter(READER).tls


# SMTP_CA


def test_the_authority_of_a_relay_may_be_named(letter_through, authority):
    with MailServer(tls_context=authority.context()) as smtp:
        letter_through(smtp, SMTP_CA=authority.file)
        assert smtp.wait_for_letter(READER).tls


def test_a_relay_may_have_a_certificate_of_its_own(letter_through, tmp_path):
    """As `openssl req -x509` makes it: signed by itself, and without a key usage."""
    certificate = OwnCertificate(tmp_path, "localhost")
    with MailServer(tls_context=certificate.context) as smtp:
        letter_through(smtp, SMTP_CA=certificate.file)
        assert smtp.wait_for_letter(READER).tls


def test_a_certificate_of_its_own_must_be_valid_for_its_name(letter_through, tmp_path):
    certificate = OwnCertificate(tmp_path, "elsewhere.example")
    with MailServer(tls_context=certificate.context) as smtp:
        assert failed_to_send(letter_through(smtp, SMTP_CA=certificate.file), smtp)


def test_with_a_named_authority_no_other_counts(letter_through, authority, tmp_path):
    with MailServer(tls_context=authority.context()) as smtp:
        other = OwnCertificate(tmp_path, "localhost").file
        assert failed_to_send(letter_through(smtp, SMTP_CA=other, SSL_CERT_FILE=authority.file), smtp)


# The login


def test_a_password_in_any_script_goes_as_utf_8(letter_through, authority):
    """RFC 4616, 2."""
    with ScriptedSmtp(tls_context=authority.context()) as smtp:
        letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS="пароль für Ünïcode")
        eventually(lambda: smtp.accepted == [READER])
        assert smtp.logins == [(USER, "пароль für Ünïcode")]


@pytest.mark.parametrize("left_out", [["PLAIN"], ["LOGIN"]])
def test_each_way_to_log_in_is_known(letter_through, authority, left_out):
    with ScriptedSmtp(tls_context=authority.context(), auth_exclude_mechanism=left_out) as smtp:
        letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS="пароль")
        eventually(lambda: smtp.accepted == [READER])
        assert smtp.logins == [(USER, "пароль")]


def test_a_refused_login_keeps_the_letter_and_is_shown_to_admins(letter_through, authority):
    with ScriptedSmtp(tls_context=authority.context()) as smtp:
        smtp.answers = {"AUTH": "535"}
        server = letter_through(smtp, SSL_CERT_FILE=authority.file, SMTP_USER=USER, SMTP_PASS="wrong")
        alice = Person(server, "alice@example.com").sign_in()
        eventually(lambda: alice.me().get("mail"))
        assert alice.me()["mail"]["reason"].startswith("535 ")
        smtp.answers = {}
        eventually(lambda: smtp.accepted == [READER], timeout=30)


# SMTP_HELO


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"LOADZONE_BASE_URL": "https://lz.example.com/"}, "lz.example.com"),
        ({"LOADZONE_BASE_URL": "http://192.0.2.7:8080"}, "[192.0.2.7]"),
        ({"SMTP_HELO": "mail.example.com", "LOADZONE_BASE_URL": "https://lz.example.com"}, "mail.example.com"),
    ],
)
def test_the_server_is_greeted_with_the_name_of_the_settings(letter_through, settings, name):
    with ScriptedSmtp() as smtp:
        letter_through(smtp, **settings)
        eventually(lambda: smtp.accepted == [READER])
        assert set(smtp.greeted_as) == {name}
