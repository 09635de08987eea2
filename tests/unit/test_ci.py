"""The files for CI services and for pre-commit run what `.ci/run` and `make lint` run."""

import re

import yaml

from support.server import ROOT


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_both_services_run_the_same_on_the_oldest_and_the_newest_python():
    github = yaml.safe_load(text_of(".github/workflows/ci.yml"))["jobs"]["ci"]
    gitlab = yaml.safe_load(text_of(".gitlab-ci.yml"))["ci"]
    assert [step["run"] for step in github["steps"] if "run" in step] == gitlab["script"] == [".ci/run"]
    [pythons] = gitlab["parallel"]["matrix"]
    assert github["strategy"]["matrix"]["python"] == pythons["PYTHON"] == ["3.10", "3.13"]


def test_every_change_is_linted_audited_and_tested():
    assert re.findall(r"^(?:make|\.venv).*", text_of(".ci/run"), re.MULTILINE) == [
        "make lint",
        ".venv/bin/python .ci/audit.py",
        "make test",
    ]


def test_the_hooks_are_linters_of_make_lint_and_fetch_nothing():
    [repository] = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    linted = re.findall(r"\$\(BIN\)/([\w-]+)", text_of("Makefile").partition("\nlint:")[2].partition("\nbench:")[0])
    tools = {re.match(r"\.venv/bin/([\w-]+)", hook["entry"])[1] for hook in repository["hooks"]}
    assert tools == {"ruff", "mypy", "lint-imports"}
    assert tools <= set(linted)
