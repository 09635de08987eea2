"""schemathesis makes valid and invalid requests from /openapi.json and finds no fault.

schemathesis.toml says which checks are off, and why. The output of schemathesis says how to repeat a finding.
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
pytestmark = pytest.mark.timeout(300)  # it takes about 20 s, and longer on a busy machine


def run(url: str, folder: Path, *options: str) -> None:
    """Run schemathesis and expect no finding. Each finding is printed with the request that causes it."""
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


def test_requests_with_an_admins_token_find_no_fault(start, tmp_path):
    """All calls are tried except those that programs may not make."""
    server = start(BOARD)
    alice = Person(server, ADMIN).sign_in()
    program = alice.program(done(alice.make_token("schemathesis", 1), 201)["token"])
    token = f"Authorization: {program.http.headers['Authorization']}"
    run(server.url, tmp_path, "-H", token, "--exclude-path-regex", "^/tokens")
    done(program.users())  # the token still had an admin's rights at the end


def test_requests_from_a_browser_about_tokens_find_no_fault(start, tmp_path):
    """Every request has the cookie, whatever schemathesis generates, except where the check `ignored_auth` omits it."""
    server = start(BOARD)
    alice = Person(server, ADMIN).sign_in()
    [session] = [cookie for cookie in alice.http.cookies if cookie.name == "session"]
    options = ["--include-path-regex", "^/tokens", "--generation-with-security-parameters", "false"]
    run(server.url, tmp_path, "-H", f"Cookie: session={session.value}", *options)
    assert alice.is_signed_in()


def test_requests_for_codes_from_a_stranger_find_no_fault(start, tmp_path):
    run(start(BOARD, LOADZONE_AUTH="code").url, tmp_path, "--include-path", "/auth")
