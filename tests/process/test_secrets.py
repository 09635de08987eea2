"""Secrets are in no log, no data file, and no answer except the one for which they are meant."""

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from support.answers import done
from support.codes import shows
from support.inventory import from_now, inventory, machine, record, user
from support.links import Follower
from support.people import Person
from support.server import Server
from support.smtp import LOGIN, Authority, MailServer, check_login

KEY = "the key that signs, known to nobody"
HOLDER = "holder@example.com"


class RecordedPerson(Person):
    """A person who keeps all answers."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.answers: list[str] = []
        self.http.hooks["response"] = lambda answer, **_: self.answers.append(f"{answer.headers}\n{answer.text}")


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def smtp(authority):
    with MailServer(tls_context=authority.context(), authenticator=check_login, auth_required=True) as smtp:
        yield smtp


@pytest.fixture
def server(start, smtp, authority):
    ends = from_now(minutes=5, seconds=0.5)
    board = inventory(
        [machine("vm", HOLDER, ends), machine("free")],
        users={HOLDER: user(record("vm", from_now(hours=-1), ends))},
    )
    secrets = {
        "LOADZONE_SECRET_KEY": KEY,
        "SMTP_USER": LOGIN[0],
        "SMTP_PASS": LOGIN[1],
        "SSL_CERT_FILE": authority.file,
    }
    settings = {"LOADZONE_AUTH": "code", "LOADZONE_REMIND_MINUTES": "5", "SSL_CERT_FILE": authority.file}
    return start(board, **{**secrets, **smtp.settings, **settings})


def sign_in(person: Person, smtp: MailServer) -> str:
    """Sign in with the code from the letter, and return the code."""
    done(person.ask_for_code())
    code = smtp.wait_for_letter(person.email, "").code
    done(person.give_code(code))
    return code


def file_contents(server: Server) -> str:
    return "\n".join(path.read_text("utf-8", "replace") for path in server.data.parent.iterdir() if path.is_file())


def test_secrets_are_in_no_log_no_file_and_no_other_answer(server, smtp):
    reminder = smtp.wait_for_letter(HOLDER)
    ann, eve = RecordedPerson(server, "ann@example.com"), RecordedPerson(server, "eve@example.com")
    code = sign_in(ann, smtp)
    made = done(ann.make_token(), 201)
    token, secret = made["token"], made["token"].split("_", 2)[2]
    program = ann.program(token)
    done(program.book("free"))
    assert ann.program(token[:-1]).get("/me").status_code == 401
    assert Follower(server).press(reminder.links[0]).status_code == 200
    sign_in(eve, smtp)
    session = ann.http.cookies["session"]

    for person in (ann, eve, RecordedPerson(server)):
        for path in ("/", "/vms", "/groups", "/me", "/tokens", "/openapi.json", "/docs", "/link/x", "/nowhere"):
            person.get(path)
            person.get(path, Authorization=f"Bearer {token[:-1]}")
        person.post_raw("/book", "{")
        person.post("/auth", {"email": "ann@example.com", "code": code})
        person.get(f"/link/{reminder.links[0]}")
    ann.post_raw("/book", f'{{"vm_id": "{token}", "hours": "{code}"}}')

    session_id = decode_cookie(session)["session"]
    hidden = {"the key": KEY, "the mail server's password": LOGIN[1], "the token": secret, "the cookie": session}
    hidden |= {"the link": reminder.links[0]}
    for name, text in hidden.items():
        assert text not in server.log, f"{name} is in the log"
        assert text not in file_contents(server), f"{name} is in the file"
    assert not shows(server.log + file_contents(server), code)
    for name in ("the key", "the mail server's password", "the cookie"):
        assert hidden[name] not in "".join(eve.answers), f"{name} was answered"
    assert "".join(ann.answers).count(secret) == 1, "the token is shown once"
    assert secret not in "".join(eve.answers)
    assert session_id not in "".join(ann.answers + eve.answers) + server.log + file_contents(server)


def test_sessions_of_an_older_file_stay_valid_and_become_digests(start):
    """Older files contain the session ids of the cookies, and not digests."""
    server = start(LOADZONE_SECRET_KEY=KEY)
    ann = Person(server).sign_in()
    [digest] = server.stored()["users"][ann.email]["sessions"]
    session_id = decode_cookie(ann.http.cookies["session"])["session"]
    server.stop()
    text = server.data.read_text(encoding="utf-8")
    server.data.write_text(text.replace(digest, session_id), encoding="utf-8")
    server.start()
    assert ann.is_signed_in()
    done(ann.choose_language("ru"))
    text = server.data.read_text(encoding="utf-8")
    assert digest in text
    assert session_id not in text


def decode_cookie(cookie: str) -> dict:
    app = Flask("x")
    app.secret_key = KEY
    return SecureCookieSessionInterface().get_signing_serializer(app).loads(cookie)
