"""A real SMTP server that keeps the letters it gets, and fails on demand."""

import asyncio
import email
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.ports import free_port

TIMEOUT_SECONDS = 30
LOGIN = ("mailer@example.com", "correct horse")


@dataclass(frozen=True)
class Letter:
    """One message as received; `tls` and `login` describe the connection, `at` is the time in monotonic seconds."""

    message: EmailMessage
    raw: bytes
    sender: str
    to: str
    tls: bool
    login: str | None
    answer: str
    at: float

    @property
    def subject(self) -> str:
        return self.message["Subject"]

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content()

    @property
    def html(self) -> str:
        return self.message.get_body(("html",)).get_content()

    @property
    def code(self) -> str:
        return re.search(r"\b(\d{6})\b", self.text).group(1)

    @property
    def links(self) -> list[str]:
        """Return the tokens of its links, in order."""
        return re.findall(r"https?://\S+/link/([^\s/?#<>\"]+)", self.text)


def both_parts_contain(letter: Letter, *words: str) -> bool:
    """Return True if the text part and the HTML part both contain these words."""
    return all(word in letter.text and word in letter.html for word in words)


class MailServer:
    """An SMTP server for tests.

    `letters` are the accepted messages, `attempts` all messages. `answer` is its reply to each message,
    `recipient_answer` its reply to each RCPT.
    """

    def __init__(self, port: int | None = None, address: str = "127.0.0.1", **options) -> None:
        self.address = address
        self.port = port or free_port()
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"
        self.attempts: list[Letter] = []
        self.refused_recipients: list[float] = []
        self._options = options
        self._new_mail = threading.Condition()
        self._controller: Controller | None = None

    @property
    def letters(self) -> list[Letter]:
        return [letter for letter in self.attempts if letter.answer.startswith("2")]

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings with which a LoadZone server sends through it."""
        host = "localhost" if self.address == "127.0.0.1" else self.address
        return {"SMTP_HOST": host, "SMTP_PORT": str(self.port), "SMTP_FROM": "loadzone@example.com"}

    def start(self) -> "MailServer":
        self._controller = ClosingController(
            _Handler(self), hostname=self.address, port=self.port, ready_timeout=10, **self._options
        )
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def wait_for_letter(self, to: str, about: str = "", count: int = 1, timeout: float = TIMEOUT_SECONDS) -> Letter:
        """Wait for the count-th accepted letter to this person with `about` in its subject, and return it."""
        return self.wait_for(lambda: self.letters_to(to, about), count, timeout)[count - 1]

    def wait_for_attempts(self, count: int, timeout: float = TIMEOUT_SECONDS) -> list[Letter]:
        return self.wait_for(lambda: self.attempts, count, timeout)

    def wait_for(self, find, count: int, timeout: float = TIMEOUT_SECONDS) -> list:
        deadline = time.monotonic() + timeout
        with self._new_mail:
            while len(found := find()) < count:
                left = deadline - time.monotonic()
                received = [(letter.to, letter.subject, letter.answer) for letter in self.attempts]
                assert self._new_mail.wait(left), f"the letter did not come; received {received}"
            return list(found)

    def letters_to(self, to: str, about: str = "") -> list[Letter]:
        return [letter for letter in self.letters if letter.to == to and about in letter.subject]

    def take(self, letter: Letter) -> None:
        with self._new_mail:
            self.attempts.append(letter)
            self._new_mail.notify_all()

    def refuse(self, recipient: str) -> None:
        with self._new_mail:
            self.refused_recipients.append(time.monotonic())
            self._new_mail.notify_all()

    def __enter__(self) -> "MailServer":
        return self.start()

    def __exit__(self, *error) -> None:
        self.stop()


class ClosingController(Controller):
    """Closes all connections when it is stopped."""

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self._protocols = []

    def factory(self) -> SMTP:
        self._protocols.append(self.session())
        return self._protocols[-1]

    def session(self) -> SMTP:
        return super().factory()

    def stop(self, no_assert: bool = False) -> None:
        closed = threading.Event()
        self.loop.call_soon_threadsafe(self._close_all, closed)
        closed.wait(TIMEOUT_SECONDS)
        super().stop(no_assert)

    def _close_all(self, closed: threading.Event, turns: int = 12) -> None:
        """Accept no more connections, and abort all, several times.

        A connection that is just accepted appears some turns of the loop later, and an abort takes effect after that.
        The server is closed only then: asyncio loses the socket of a connection that it has accepted for a closed one.
        In between, tasks that still wait, such as for a handshake of TLS, are ended.
        """
        for listening in self.server.sockets:
            self.loop.remove_reader(listening.fileno())
        for protocol in self._protocols:
            if protocol.transport:
                protocol.transport.abort()
        for task in asyncio.all_tasks(self.loop) if turns == 6 else ():
            task.cancel()
        if turns:
            self.loop.call_soon(self._close_all, closed, turns - 1)
        else:
            closed.set()


class _Handler:
    def __init__(self, mail: MailServer) -> None:
        self.mail = mail

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if not self.mail.recipient_answer.startswith("2"):
            self.mail.refuse(address)
            return self.mail.recipient_answer
        envelope.rcpt_tos.append(address)
        return self.mail.recipient_answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        for recipient in envelope.rcpt_tos:
            self.mail.take(
                Letter(
                    message=email.message_from_bytes(envelope.content, policy=modern),
                    raw=envelope.content,
                    sender=envelope.mail_from,
                    to=recipient,
                    tls=session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
                    login=session.auth_data.login.decode() if session.auth_data else None,
                    answer=self.mail.answer,
                    at=time.monotonic(),
                )
            )
        return self.mail.answer


def check_login(server, session, envelope, mechanism, auth_data) -> AuthResult:
    """Accept only the credentials LOGIN."""
    given = (auth_data.login.decode(), auth_data.password.decode())
    return AuthResult(success=given == LOGIN, handled=False, auth_data=auth_data if given == LOGIN else None)


class HangingServer:
    """Accepts connections and never sends anything."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.2)
        self.port = self._listening.getsockname()[1]
        self.settings = {"SMTP_HOST": "localhost", "SMTP_PORT": str(self.port), "SMTP_FROM": "loadzone@example.com"}
        self.called = threading.Event()
        self._calls: list[socket.socket] = []
        self._open = True
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "HangingServer":
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._open = False
        self._thread.join()
        for call in [*self._calls, self._listening]:
            call.close()

    def _listen(self) -> None:
        while self._open:
            try:
                self._calls.append(self._listening.accept()[0])
            except TimeoutError:
                continue
            self.called.set()


class Authority:
    """A certificate authority for tests; set SSL_CERT_FILE to `file` to trust it."""

    def __init__(self, folder) -> None:
        self._ca = trustme.CA()
        self.file = str(folder / "authority.pem")
        self._ca.cert_pem.write_to_path(self.file)

    def certificate(self, folder, name: str = "localhost") -> tuple[str, str]:
        """Return the files of a certificate for `name`, and of its key."""
        files = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
        issued = self._ca.issue_cert(name)
        issued.cert_chain_pems[0].write_to_path(files[0])
        issued.private_key_pem.write_to_path(files[1])
        return files

    def context(self, name: str = "localhost") -> ssl.SSLContext:
        """Return the TLS context of a server with a certificate for `name`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._ca.issue_cert(name).configure_cert(context)
        return context


class OwnCertificate:
    """A certificate that is signed by itself, for `name`; `file` has it, `context` is the TLS context of its server."""

    def __init__(self, folder, name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        traditional, open_ = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        self.file, secret = str(folder / f"{name}.pem"), folder / f"{name}.key"
        Path(self.file).write_bytes(certificate.public_bytes(pem))
        secret.write_bytes(key.private_bytes(pem, traditional, open_))
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(self.file, secret)
