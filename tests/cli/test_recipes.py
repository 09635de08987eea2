"""Run the commands of docs/command-line.md and the pipelines of docs/ci.md, unchanged, with the served command line."""

import json
import os
import re
import subprocess

import pytest
import yaml

from support.answers import done
from support.command import token_of
from support.people import Person
from support.server import ROOT, running

BENCH = '#!/bin/sh\necho "$LOADZONE_VM" >> benched\nexit ${BENCH_STATUS:-0}\n'
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start a server with the starter inventory, to which the examples refer."""
    starter = json.loads((ROOT / "data.json").read_text(encoding="utf-8"))
    with running(tmp_path_factory.mktemp("starter"), starter) as server:
        yield server


@pytest.fixture
def ann(server):
    return Person(server, "ann@example.com").sign_in()


@pytest.fixture
def shell(server, ann, tmp_path):
    """Return a shell in a checked-out project with the variables of a pipeline: shell(script, "bash", "-e")."""
    (tmp_path / "bench.sh").write_text(BENCH)
    (tmp_path / "bench.sh").chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "LOADZONE_TOKEN": token_of(ann),
    }
    environment |= {"LOADZONE_URL": server.url, "CI_JOB_URL": "https://gitlab/1", "BUILD_URL": "https://jenkins/1"}

    def run(script: str, *shell: str, **more: str) -> int:
        words = [*shell, "-c", script.replace("http://localhost:5000", server.url)]
        ended = subprocess.run(words, cwd=tmp_path, env=environment | more, capture_output=True, text=True, timeout=60)
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended.returncode

    return run


def gitlab():
    [job] = yaml.safe_load(block("yaml", "script:")).values()
    return [("\n".join(job["script"]), "bash", "-e")]


def github():
    [job] = yaml.safe_load(block("yaml", "runs-on:"))["jobs"].values()
    return [(step["run"], "bash", "-e") for step in job["steps"] if "run" in step]


def jenkins():
    return [(script, "sh", "-xe") for script in re.findall(r"^ *sh '(.*)'$", block("groovy", "sh '"), re.M)]


def block(language, text):
    """Return the one code block of docs/ci.md in this language that contains `text`."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", (DOCS / "ci.md").read_text(encoding="utf-8"), re.M | re.S)
    [found] = [one for one in blocks if text in one and "loadzone" in one]
    return found


@pytest.mark.parametrize("recipe", [gitlab, github, jenkins])
def test_a_pipeline_runs_the_script_and_has_its_status(shell, ann, tmp_path, recipe):
    *before, last = recipe()
    for script in before:
        assert shell(*script) == 0
    assert shell(*last) == 0
    assert shell(*last, BENCH_STATUS="7") == 7
    benched = (tmp_path / "benched").read_text().split()
    assert len(benched) == 2
    assert {ann.vm(vm_id)["state"] for vm_id in benched} == {"free"}


def test_the_commands_of_the_documentation_run(server, shell, ann):
    bob = Person(server, "bob@example.com").sign_in()
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    lines = re.findall(r"^(?:curl .*/cli -o loadzone .*|\./loadzone .*)$", text, re.M)
    assert len(lines) > 8
    assert [line for line in lines if "login" not in line and shell(line, "bash") != 0] == []
    for vm in ann.state()["vms"]:  # release what the examples leave booked, so that other tests find it free
        for person in (ann, bob):
            if vm["booked_by"] == person.email:
                done(person.cancel(vm["id"]))
