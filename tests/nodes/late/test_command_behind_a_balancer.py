"""The command over two nodes in turn: it brings back what the last answer has told."""

import json

import pytest

from support.command import Shell, token_of
from support.gateway import Balancer
from support.people import Person


@pytest.fixture
def balancer(server, second):
    """Yield what passes requests on to one node and the other in turn."""
    with Balancer(f"127.0.0.1:{server.port}", f"127.0.0.1:{second.port}") as balancer:
        yield balancer


@pytest.fixture
def shell(balancer, server, tmp_path):
    """Return a shell with ann's token, whose server is the balancer."""
    ann = Person(server, "ann@example.com").sign_in()
    return Shell(tmp_path, LOADZONE_URL=balancer.url, LOADZONE_TOKEN=token_of(ann))


def test_within_one_run_the_command_sees_what_it_has_done(balancer, shell, vm):
    ended = shell("run", "--vm", vm, "--hours", "1", "--", "true")
    assert ended.status == 0, ended.err
    first, *others = balancer.numbers
    assert first == ""
    assert others == sorted(others, key=int)
    assert int(others[-1]) > int(others[0])


def test_between_two_runs_the_board_is_asked_for_anew(balancer, shell, vm):
    for _ in range(4):
        assert shell("book", vm, "--hours", "1").status == 0
        board = json.loads(shell("list", "--json").out)
        assert [one["booked_by"] for one in board if one["id"] == vm] == ["ann@example.com"]
        assert shell("release", vm).status == 0
