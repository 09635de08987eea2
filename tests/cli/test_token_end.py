"""A token that ends soon is announced by the command, once, so that nobody learns of it from a job that failed."""

from datetime import timedelta

import pytest

from support.answers import done, is_russian
from support.command import Shell
from support.inventory import from_now, stamp
from support.server import ROOT


@pytest.fixture
def server(shared_server):
    return shared_server


@pytest.fixture
def shell(server, ann, tmp_path):
    """Return a function that makes a shell with a token of ann's for so many days."""

    def make(days: int) -> Shell:
        token = done(ann.make_token(f"ends in {days}", days), 201)["token"]
        return Shell(tmp_path, LOADZONE_URL=server.url, LOADZONE_TOKEN=token)

    return make


RUN = ["run", "--group", "perf", "--hours", "1", "--wait", "1m", "--", "echo", "ran"]


def test_it_is_said_once_in_a_run_and_beside_the_answers_of_others(shell):
    soon = shell(13)
    ended = soon(*RUN)
    assert (ended.status, ended.out) == (0, "ran\n")
    [line] = [line for line in ended.err.splitlines() if "expires at" in line]
    assert "“ends in 13”" in line
    listed = soon("list", "--json", LANG="ru_RU.UTF-8")
    assert listed.out.startswith("[")
    assert is_russian(listed.err)


def test_it_is_not_said_earlier(shell):
    later = shell(15)
    assert "expires at" not in later(*RUN).err
    assert later("list").err == ""


@pytest.mark.parametrize(
    ("token", "days", "said"),
    [
        ({"name": "n"}, 14, False),
        ({"name": "n"}, 13.99, True),
        ({"name": 5}, 1, False),
        ({}, 1, False),
        (None, 1, False),
        ([], 1, False),
    ],
)
def test_it_is_reckoned_with_the_servers_time(monkeypatch, capfd, token, days, said):
    """The clock here may be wrong, and an older or newer server may tell something else."""
    monkeypatch.syspath_prepend(ROOT / "cli")
    from loadzone_cli.token_end import warn_of_end

    now = from_now(days=-400)
    if token:
        token = {**token, "expires": stamp(now + timedelta(days=days))}
    warn_of_end(token, stamp(now))
    warn_of_end(token, None)
    assert bool(capfd.readouterr().err) is said
