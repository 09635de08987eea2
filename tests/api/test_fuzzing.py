"""schemathesis makes requests out of /openapi.json, good ones and bad ones, and finds nothing.

Its checks, and which are left out and why, are in schemathesis.toml. It says at its end how to repeat what it found.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from support.answers import done
from support.inventory import from_now, inventory, machine, user
from support.people import Person
from support.server import ADMIN

CONFIG = Path(__file__).parent / "schemathesis.toml"
BOARD = inventory(
    [
        machine("server-01", group=1),
        machine("server-02", "bob@example.com", from_now(hours=5), group=1),
        machine("server-03", group=1, maintenance="broken fan"),
        machine("server-04", group=2),
        machine("server-05"),
    ],
    [
        {"id": 1, "name": "Perf", "vm_ids": ["server-01", "server-02", "server-03"]},
        {"id": 2, "name": "CI", "vm_ids": []},
    ],
    {"ann@example.com": user(), "bob@example.com": user()},
)
pytestmark = pytest.mark.timeout(300)  # some 20 s of work, on a machine that may do other things besides


def run(url: str, folder: Path, *options: str) -> None:
    """Each finding is printed with the request that brings it about."""
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(CONFIG),
        "run",
        "--seed",
        "1",
        "--no-color",
    ]
    command += ["--continue-on-failure", *options, f"{url}/openapi.json"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " passed" in ended.stdout, ended.stdout


def test_an_admins_program_finds_nothing(start, tmp_path):
    """All but what programs may not do."""
    server = start(BOARD)
    alice = Person(server, ADMIN).sign_in()
    program = alice.program(done(alice.make_token("schemathesis", 1), 201)["token"])
    token = f"Authorization: {program.http.headers['Authorization']}"
    run(server.url, tmp_path, "-H", token, "--exclude-path-regex", "^/tokens")
    done(program.users())  # it was an admin's to the end


def test_a_browser_finds_nothing_among_the_tokens(start, tmp_path):
    """The cookie is always there but where the check `ignored_auth` leaves it out, whatever schemathesis would make."""
    server = start(BOARD)
    alice = Person(server, ADMIN).sign_in()
    [session] = [cookie for cookie in alice.http.cookies if cookie.name == "session"]
    options = ["--include-path-regex", "^/tokens", "--generation-with-security-parameters", "false"]
    run(server.url, tmp_path, "-H", f"Cookie: session={session.value}", *options)
    assert alice.is_signed_in()


def test_a_stranger_finds_nothing_where_codes_are_asked_for(start, tmp_path):
    run(start(BOARD, LOADZONE_AUTH="code").url, tmp_path, "--include-path", "/auth")
