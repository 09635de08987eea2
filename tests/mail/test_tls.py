"""TLS for mail: from the start on port 465; on other ports STARTTLS if offered, and always before a login."""

import os

import pytest
from aiosmtpd.smtp import AuthResult

from support.answers import done
from support.inventory import from_now, inventory, machine
from support.people import Person
from support.smtp import LOGIN, MailServer, check_login

READER = "reader@example.com"
USER, PASSWORD = LOGIN


@pytest.fixture
def letter_through(start):
    """Return a function that starts a server with one letter to send through this SMTP server."""

    def send(smtp: MailServer, **settings: str):
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
