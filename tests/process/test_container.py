"""The container, as far as it can be tested without one: what goes into the image, how it is run, its health check."""

import http.server
import json
import re
import subprocess
import sys
import threading

import pytest
import yaml

from support.ports import free_port
from support.server import ROOT

CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
HEALTHCHECK = ROOT / "deploy" / "healthcheck.py"


def instruction(name: str) -> str:
    """Return what the last stage says under this name."""
    stage = CONTAINERFILE.rpartition("\nFROM ")[2]
    [found] = re.findall(rf"^{name} (.+)$", stage, re.MULTILINE)
    return found


def healthcheck(port: int | str) -> int:
    words = [sys.executable, str(HEALTHCHECK)]
    return subprocess.run(words, env={"LOADZONE_PORT": str(port)}, capture_output=True, timeout=30).returncode


class Failing(http.server.BaseHTTPRequestHandler):
    """Answers as a server that cannot write its file."""

    def do_GET(self):
        self.send_error(503)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def failing_port():
    with http.server.HTTPServer(("127.0.0.1", 0), Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_health_check_tells_whether_it_serves(server, failing_port):
    assert healthcheck(server.port) == 0
    assert healthcheck(failing_port) == 1
    assert healthcheck(free_port()) == 1


def test_the_health_check_ignores_what_kubernetes_sets():
    words = [sys.executable, "-c", f"import runpy; print(runpy.run_path({str(HEALTHCHECK)!r})['port']())"]
    for port, asked in [("tcp://10.96.14.7:80", "5000"), ("", "5000"), (" 8080 ", "8080")]:
        ended = subprocess.run(words, env={"LOADZONE_PORT": port}, capture_output=True, text=True, timeout=30)
        assert ended.stdout.strip() == asked, ended.stderr


def test_the_image_is_given_all_that_the_wheel_is_made_of_and_no_more():
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    included = re.findall(r'^"(.+)" = "loadzone/', pyproject, re.MULTILINE)
    named = ["LICENSE", "README.md", "loadzone", "pyproject.toml", "requirements.txt", "deploy/healthcheck.py"]
    assert sorted(allowed) == sorted([*included, *named])


def test_sigterm_reaches_the_server_itself():
    """In the form of a list no shell lies in between."""
    assert json.loads(instruction("ENTRYPOINT")) == ["loadzone-server"]


def test_it_runs_without_root():
    user, group = instruction("USER").split(":")
    assert int(user) > 0
    assert int(group) == 0
    assert f"--owner={user} --group={group} --mode=0770 /data" in CONTAINERFILE


def test_compose_runs_it_read_only_with_its_data_in_a_volume():
    [service] = COMPOSE["services"].values()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["volumes"] == ["data:/data"]
    assert instruction("VOLUME") == "/data"
    assert service["environment"] == {"LOADZONE_DATA": "/data/data.json", "LOADZONE_HOST": "0.0.0.0"}
    assert service["build"]["dockerfile"] == "Containerfile"
