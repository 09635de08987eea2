"""A job does not fail for what is around LoadZone: streams, signals, variables, folders, locales."""

import fcntl
import os
import subprocess
import sys

import pytest

from support.command import COMMAND, go_on
from support.inventory import inventory, machine
from support.people import Person

LONE = ["run", "--vm", "lone", "--hours", "1"]
RAN = ["--", "sh", "-c", "touch ran; exit 7"]


@pytest.fixture
def around(loadzone, ann):
    """Return a function that runs a job with shell code or other words around `loadzone`, and checks that it ran."""

    def run(redirected: str = "", *before: str, **environment: str) -> subprocess.CompletedProcess:
        words = [*before, *COMMAND, *LONE, *RAN]
        ended = subprocess.run(
            ["sh", "-c", f'exec "$@" {redirected}', "sh", *words],
            env=loadzone.environment | environment,
            cwd=loadzone.home,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        assert b"Traceback" not in ended.stderr, ended.stderr
        assert (ended.returncode, (loadzone.home / "ran").exists()) == (7, True), ended.stderr
        assert ann.vm("lone")["state"] == "free"
        return ended

    return run


# Streams


@pytest.mark.parametrize("redirected", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full", ">/dev/full"])
def test_streams_may_be_closed_or_full(around, redirected):
    assert around(redirected).stdout == b""


def test_a_command_gets_its_streams_as_they_are(loadzone):
    """A closed stream is closed for the command too: what it writes there must not get into another file."""
    script = 'exec "$@" >&-'
    words = [*COMMAND, *LONE, "--", "sh", "-c", "echo lost 2>why || exit 9"]
    ended = subprocess.run(["sh", "-c", script, "sh", *words], env=loadzone.environment, cwd=loadzone.home, timeout=60)
    assert ended.returncode == 9


def test_a_reader_that_does_not_read_stops_no_job(loadzone, ann):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, b"x" * 4096)
    words = [*COMMAND, *LONE, "--", "sh", "-c", "exit 7"]
    ended = subprocess.run(words, env=loadzone.environment, cwd=loadzone.home, stderr=writing, timeout=60)
    os.close(reading)
    os.close(writing)
    assert ended.returncode == 7
    assert ann.vm("lone")["state"] == "free"


def test_output_that_cannot_be_written_is_reported(loadzone):
    words = ["sh", "-c", 'exec "$@" >/dev/full', "sh", *COMMAND, "list"]
    ended = subprocess.run(words, env=loadzone.environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert "cannot write" in ended.stderr
    words = ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "list"]
    assert subprocess.run(words, env=loadzone.environment, capture_output=True, timeout=60).stderr == b""


# Signals, and a system that has not all of them


NOT_ON_WINDOWS = """
import os, signal
for name in ("SIGHUP", "SIGQUIT", "SIGCHLD", "SIGPIPE"):
    del signal.Signals._member_map_[name]
    delattr(signal, name)
for name in ("killpg", "setpgrp", "tcgetpgrp", "getpgrp"):
    delattr(os, name)
"""


def test_a_system_without_groups_of_processes_and_without_some_signals(around, loadzone, ann, start_job, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(NOT_ON_WINDOWS)
    lacking = {"PYTHONPATH": str(tmp_path)}
    around(**lacking)
    job = start_job(*LONE, **lacking)
    job.send(15)
    assert job.ended().status == 128 + 15
    assert ann.vm("lone")["state"] == "free"


IGNORING = "import os, signal, sys; signal.signal(signal.{}, signal.SIG_IGN); os.execvp(sys.argv[1], sys.argv[1:])"


@pytest.mark.parametrize("name", ["SIGCHLD", "SIGPIPE", "SIGHUP"])
def test_signals_may_be_ignored(around, name):
    """With SIGCHLD ignored, the status of the command would be lost, and every one would count as a success."""
    around("", sys.executable, "-c", IGNORING.format(name))


def test_a_command_of_another_user_cannot_be_signalled(start_job, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os\ndef refuse(*_):\n    raise PermissionError(1, 'no')\nos.kill = os.killpg = refuse\n"
    )
    job = start_job(*LONE, PYTHONPATH=str(tmp_path))
    job.send(15)
    go_on(job)


# Variables and folders


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "/dev/null", "TERM": "", "COLUMNS": "1", "TMPDIR": "/no/such/folder"},
        {"HOME": "", "COLUMNS": "wide", "LINES": "-1", "TERM": "no-such", "NO_COLOR": ""},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "NOT_UTF8": os.fsdecode(b"\xff\xfe")},
        {"LC_ALL": "no_SUCH", "LANG": "ru", "LANGUAGE": "xx", "TZ": "Nowhere/At all"},
        {"SSLKEYLOGFILE": "/no/such/folder/keys", "SSL_CERT_FILE": "/no/such/file", "SSL_CERT_DIR": "/no/such"},
        {"ALL_PROXY": "socks5://127.0.0.1:9", "https_proxy": "::", "no_proxy": "*", "REQUEST_METHOD": "GET"},
    ],
    ids=lambda environment: next(iter(environment)),
)
def test_variables_may_be_strange(around, environment):
    around(**environment)


def test_without_any_variable_but_its_own(around, loadzone):
    for name in set(loadzone.environment) - {"LOADZONE_URL", "LOADZONE_TOKEN", "PATH"}:
        if not name.startswith("COVERAGE"):
            del loadzone.environment[name]
    around()


def test_a_file_of_login_that_cannot_be_read_matters_only_where_it_is_needed(around, loadzone):
    (loadzone.home / ".config" / "loadzone" / "config.json").mkdir(parents=True)
    assert b"config.json" in around().stderr
    ended = loadzone(*LONE, *RAN, LOADZONE_TOKEN="")
    assert (ended.status, "config.json" in ended.err) == (125, True)


@pytest.mark.parametrize("proxy", ["http:", "http://[x", "http://127.0.0.1:port"])
def test_a_proxy_that_cannot_be_is_reported(loadzone, proxy):
    assert loadzone(*LONE, *RAN, http_proxy=proxy).status == 125


@pytest.mark.parametrize(
    "written",
    ["{url}\n", " {url}/ ", '"{url}"', "'{url}/'\r\n", "\ufeff{url}", "{url}/?view=timeline#vm", "HTTP{rest}"],
)
def test_the_address_may_come_from_a_file_or_a_browser(around, server, written):
    url = written.format(url=server.url, rest=server.url.removeprefix("http"))
    around(LOADZONE_URL=url)


def test_the_token_may_come_with_a_line_end_or_quotes(around, loadzone):
    token = loadzone.environment["LOADZONE_TOKEN"]
    around(LOADZONE_TOKEN=f'"{token}"\r\n')


@pytest.mark.parametrize(
    "url", ["http://a b", "http://host:port", "http://[::1", f"http://{'x' * 70}.example.com", "http://\n/x", "//host"]
)
def test_an_address_that_cannot_be_is_wrong_usage(loadzone, url):
    ended = loadzone("list", LOADZONE_URL=url)
    assert (ended.status, "https://" in ended.err) == (2, True)
    assert loadzone(*LONE, "--wait", "1h", "--", "true", LOADZONE_URL=url).status == 125


# The command, and what it finds


def test_a_script_that_names_no_interpreter_is_run_as_a_shell_would(loadzone):
    script = loadzone.home / "plain"
    script.write_text('echo "$0 $1 on $LOADZONE_VM"\nexit 6\n')
    script.chmod(0o755)
    ended = loadzone(*LONE, "--", "./plain", "two words")
    assert (ended.status, ended.out) == (6, "./plain two words on lone\n")


def test_machines_may_have_any_names_in_any_locale(start, loadzone):
    vms = [machine(f"сервер-{n}", group=1) for n in range(2)]
    server = start(inventory(vms, [{"id": 1, "name": "Все", "vm_ids": [vm["id"] for vm in vms]}]))
    token = Person(server, "ann@example.com").sign_in().make_token().json()["token"]
    here = {"LOADZONE_URL": server.url, "LOADZONE_TOKEN": token, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = ["sh", "-c", 'echo "$LOADZONE_VM $LOADZONE_VMS"']
    ended = loadzone("run", "--group", "1", "--count", "2", "--hours", "1", "--", *shown, LC_ALL="C", **here)
    assert (ended.status, ended.out.count("сервер-0"), ended.out.count("сервер-1")) == (0, 2, 1)


def test_a_list_of_machines_that_is_too_long_for_a_variable_is_left_out(start, loadzone):
    vms = [machine(f"{n}-{'x' * 900}", group=1) for n in range(150)]
    server = start(inventory(vms, [{"id": 1, "name": "All", "vm_ids": [vm["id"] for vm in vms]}]))
    token = Person(server, "ann@example.com").sign_in().make_token().json()["token"]
    shown = ["sh", "-c", 'echo "${#LOADZONE_VM} ${#LOADZONE_VMS}"']
    words = ["run", "--group", "all", "--count", "150", "--hours", "1", "--", *shown]
    ended = loadzone(*words, LOADZONE_URL=server.url, LOADZONE_TOKEN=token)
    assert (ended.status, ended.out) == (0, "902 0\n")
    assert "LOADZONE_VMS" in ended.err


@pytest.mark.parametrize("option", ["--hours=1e305", "--hours=" + "9" * 5000, "--wait=1e9d", "--heartbeat=inf"])
def test_numbers_may_not_be_too_large(loadzone, option):
    ended = loadzone("run", "--vm", "lone", "--hours", "1", option, "--", "true")
    assert (ended.status, option.partition("=")[0] in ended.err) == (125, True)
