"""A machine or a group may be named in any way that is the same."""

import json
import subprocess
import sys

import pytest

from loadzone.domain.names import name_key
from support.answers import done
from support.server import ROOT
from support.waiting import eventually

ENVIRONMENT = {"PYTHONPATH": str(ROOT / "cli"), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def test_the_commands_rule_and_the_servers_are_the_same_for_every_character():
    script = (
        "import json; from loadzone_cli.names import name_key;"
        "print(json.dumps([name_key(chr(n)) for n in range(0x110000) if not 0xd800 <= n < 0xe000]))"
    )
    ended = subprocess.run([sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout) == [name_key(chr(n)) for n in range(0x110000) if not 0xD800 <= n < 0xE000]


@pytest.mark.parametrize(
    ("url", "in_dns"),
    [
        ("https://испытание.рф", "https://xn--80akhbyknj4f.xn--p1ai"),
        ("https://Straße.de:8443/x", "https://xn--strae-oqa.de:8443/x"),
        ("https://βόλος.испытание.com", "https://xn--nxasmm1c.xn--80akhbyknj4f.com"),
        ("https://نامه\u200cای.com", ""),
        ("https://[::1]:5000", "https://[::1]:5000"),
    ],
)
def test_a_token_goes_to_the_host_that_a_browser_would_ask(url, in_dns):
    script = "import sys; from loadzone_cli.server_address import address_of; print(address_of(sys.argv[1]))"
    ended = subprocess.run([sys.executable, "-c", script, url], env=ENVIRONMENT, capture_output=True, text=True)
    assert (ended.stdout.strip(), ended.returncode == 0) == (in_dns, bool(in_dns))


def test_commands_find_the_machine_and_the_group(loadzone, bob):
    assert loadzone("book", "PERF-1", "--hours", "1").status == 0
    assert loadzone("release", "ｐｅｒｆ-1").status == 0
    assert len(loadzone("list", "--group", "ＰＥＲＦ\u034f").out.splitlines()) == 3
    assert loadzone("run", "--group", "PERF", "--tag", "ＢＩＧ", "--hours", "1", "--", "true").status == 0


def test_a_job_waits_for_a_machine_that_it_names_differently(loadzone, bob):
    done(bob.book("perf-1"))
    job = loadzone.start("run", "--vm", "PERF-1", "--hours", "1", "--wait", "60s", "--", "true")
    eventually(lambda: bob.queue("perf-1") == ["ann@example.com"])
    done(bob.cancel("perf-1"))
    assert job.ended().status == 0
    eventually(lambda: bob.vm("perf-1")["state"] == "free" and bob.queue("perf-1") == [])
