"""The container, as far as it can be tested without one: what goes into the image, how it is run, its health check."""

import http.server
import json
import re
import subprocess
import sys
import threading

import pytest
import yaml

from loadzone.config import Config
from loadzone.setting_hints import known_names
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
    named = ["LICENSE", "README.md", "loadzone", "pyproject.toml", "deploy/healthcheck.py"]
    named += ["requirements.txt", "requirements-postgres.txt"]
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
    service = COMPOSE["services"]["loadzone"]
    assert "profiles" not in service
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["volumes"] == ["data:/data"]
    assert instruction("VOLUME") == "/data"
    assert service["environment"] == {"LOADZONE_DATA": "/data/data.json", "LOADZONE_HOST": "0.0.0.0"}
    assert service["build"]["dockerfile"] == "Containerfile"


def test_compose_has_three_nodes_behind_a_balancer_at_the_same_address():
    services = COMPOSE["services"]
    nodes = [services[f"node-{number}"] for number in (1, 2, 3)]
    assert nodes == [nodes[0]] * 3
    assert nodes[0]["read_only"] is True
    assert nodes[0]["cap_drop"] == ["ALL"]
    balancer = services["balancer"]
    assert balancer["ports"] == services["loadzone"]["ports"]
    assert balancer["depends_on"] == ["node-1", "node-2", "node-3"]
    [template] = [volume.partition(":")[0] for volume in balancer["volumes"]]
    placeholders = re.findall(r"\$\{(\w+)\}", (ROOT / template).read_text(encoding="utf-8"))
    assert sorted(placeholders) == sorted(balancer["environment"])
    assert {name for name, service in services.items() if "profiles" not in service} == {"loadzone"}


def test_the_secrets_can_be_read_in_the_containers_and_by_nobody_else_outside(tmp_path):
    """A container sees a file with the owner and the mode that it has outside, and runs as another user."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    [commands] = re.findall(r"^#   mkdir .*\n(?:#   .*\n)*?(?=#   docker)", text, re.MULTILINE)
    shell = "set -eu\numask 077\n" + re.sub(r"^#", "", commands, flags=re.MULTILINE)
    subprocess.run(["bash", "-c", shell], cwd=tmp_path, check=True, timeout=60)
    files = [tmp_path / secret["file"] for secret in COMPOSE["secrets"].values()]
    assert {file.parent.stat().st_mode & 0o777 for file in files} == {0o700}
    assert {file.stat().st_mode & 0o444 for file in files} == {0o444}
    assert all(file.read_text(encoding="utf-8").strip() for file in files)


def test_the_nodes_settings_are_those_of_loadzone():
    service = COMPOSE["services"]["node-1"]
    values = {
        name: {"LOADZONE_DATABASE_URL": "postgresql://postgres", "LOADZONE_SECRET_KEY": "k" * 16}.get(
            name.removesuffix("_FILE"), value
        )
        for name, value in service["environment"].items()
    }
    config = Config.from_env({name.removesuffix("_FILE"): str(value) for name, value in values.items()})
    assert config.database_url == "postgresql://postgres"
    assert set(values) <= known_names()
    assert sorted(service["secrets"]) == ["database_url", "secret_key"]
