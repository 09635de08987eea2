"""A bad setting stops the start with a message that names it. An empty setting counts as not set."""

import os

import pytest

from support.answers import done, refusal
from support.inventory import inventory, machine
from support.people import Person
from support.server import Server

pytestmark = pytest.mark.usefixtures("cold_start")


# All other bad values are tested in unit/test_config.py.
@pytest.mark.parametrize(("name", "value"), [("LOADZONE_PORT", "http"), ("LOADZONE_DATA", "/no/such/folder/data.json")])
def test_a_bad_value_stops_the_start_and_is_named(tmp_path, name, value):
    server = Server(tmp_path / "data.json", **{name: value})
    server.launch()
    code, output = server.ended()
    server.stop()
    assert code not in (0, None)
    assert name in output
    assert "Traceback" not in output
    assert len(output.strip().splitlines()) == 1, output


EMPTY = [
    "LOADZONE_HOST",
    "LOADZONE_BASE_URL",
    "LOADZONE_TRUSTED_PROXIES",
    "LOADZONE_AUTH",
    "LOADZONE_ADMINS",
    "LOADZONE_ALLOWED_DOMAINS",
    "LOADZONE_MAX_HOURS",
    "LOADZONE_MAX_AHEAD_HOURS",
    "LOADZONE_REMIND_MINUTES",
    "LOADZONE_HOLD_MINUTES",
    "LOADZONE_LANGUAGE",
    "LOADZONE_SECRET_KEY_FILE",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_USER",
    "SMTP_PASS",
    "SMTP_FROM",
    "SMTP_PASS_FILE",
]


def test_empty_values_count_as_not_set(start):
    server = start(inventory([machine("vm")]), **dict.fromkeys(EMPTY, ""))
    ann = Person(server)
    assert done(ann.ask_for_code()) == {"status": "code_sent", "in_log": True}
    done(ann.give_code(server.newest_code(ann.email)))
    assert ann.me()["role"] == "admin"
    done(ann.book("vm", 24))


def test_limits_may_be_fractions(start):
    ann = Person(start(inventory([machine("vm")]), LOADZONE_MAX_HOURS="1.5", LOADZONE_MAX_AHEAD_HOURS="2.5")).sign_in()
    answer = ann.book("vm", 1.6)
    assert refusal(answer) == (400, "bad_input")
    assert "1.5" in answer.json()["error"]
    done(ann.book("vm", 1.5))
    assert refusal(ann.renew("vm", 1.5)) == (409, "too_far_ahead")
    done(ann.renew("vm", 0.9))


def test_the_key_may_come_as_a_file(start, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("a key in a file, quite as long as the others\n", encoding="utf-8")
    server = start(LOADZONE_SECRET_KEY="", LOADZONE_SECRET_KEY_FILE=str(secret))
    ann = Person(server).sign_in()
    server.settings |= {
        "LOADZONE_SECRET_KEY": "a key in a file, quite as long as the others",
        "LOADZONE_SECRET_KEY_FILE": "",
    }
    server.restart()
    assert ann.is_signed_in()


def test_the_log_says_what_is_odd_about_the_settings(start):
    server = start(LOADZONE_MAX_HOURS="200", LOADZONE_ADMIN="ann@example.com")
    server.wait_for_log(r"WARNING LOADZONE_ADMIN is not a setting, and was ignored; did you mean LOADZONE_ADMINS\?")
    server.wait_for_log(r"WARNING LOADZONE_MAX_HOURS \(200\) is more than LOADZONE_MAX_AHEAD_HOURS \(168\)")


def test_the_server_listens_on_the_host_of_the_settings(start):
    server = start(LOADZONE_HOST="127.0.0.1")
    server.wait_for_log(str(server.port))


def test_a_port_in_use_stops_the_start_with_a_message(start, tmp_path):
    first = start()
    second = Server(tmp_path / "other.json", LOADZONE_PORT=str(first.port))
    second.launch()
    code, output = second.ended()
    second.stop()
    assert code != 0
    assert str(first.port) in output
    assert "Traceback" not in output


def test_no_secret_is_in_the_log(start, tmp_path):
    server = start(
        LOADZONE_SECRET_KEY="hush-hush-hush-hush-hush-hush-hush-hush",
        SMTP_HOST="localhost",
        SMTP_PORT="1",
        SMTP_USER="a@example.com",
        SMTP_PASS="do-not-tell",
    )
    server.restart()
    assert "hush" not in server.log
    assert "do-not-tell" not in server.log
    assert os.environ.get("SMTP_PASS") is None
