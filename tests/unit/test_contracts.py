"""The contracts of the house: who may import whom, and how strictly types are checked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.server import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PLANTED = {
    "a rule asks Flask": ("rules/booking.py", "from flask import request"),
    "the domain reads a file format": ("domain/records.py", "import orjson"),
    "a lower room asks a higher one": ("domain/records.py", "from loadzone.rules import lease"),
    "a room asks the one beside it": ("web/pages.py", "from loadzone.server import gevent_server"),
    "letters ask the sessions": ("notifications/letters.py", "from loadzone.auth import sessions"),
    "a schema asks Flask": ("schemas/requests.py", "import flask"),
    "the insides of engineio are asked for outside server/": ("notifications/broadcaster.py", "import engineio"),
    "a tool knows LoadZone's records": ("lib/times.py", "from loadzone.domain import records"),
}
# Rooms whose types are not checked strictly yet. It may only shrink.
NOT_STRICT_YET: list[str] = []


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the package and of the contracts."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "loadzone", folder / "loadzone", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def contracts_are_kept(folder: Path) -> bool:
    """Run import-linter there. An error of its own counts as neither: AssertionError."""
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Contracts:" in ended.stdout, ended.stdout + ended.stderr
    return ended.returncode == 0


def test_the_contracts_are_kept(copy):
    assert contracts_are_kept(copy)


@pytest.mark.parametrize(("module", "line"), PLANTED.values(), ids=PLANTED)
def test_an_import_planted_against_them_is_found(copy, module, line):
    path = copy / "loadzone" / module
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    try:
        assert not contracts_are_kept(copy)
    finally:
        path.write_text(text, encoding="utf-8")


def test_types_are_checked_strictly_everywhere_but_in_a_list_that_only_shrinks():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert set(settings["files"]) == {*(path.name for path in ROOT.glob("*.py")), "loadzone", "deploy/cluster"}
    loosened = [
        module
        for override in settings["overrides"]
        for module in override["module"]
        if set(override) - {"module", "disallow_any_explicit", "ignore_missing_imports"}
    ]
    assert loosened == NOT_STRICT_YET


def test_domain_and_rules_name_no_any():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    strictest = [override["module"] for override in settings["overrides"] if override.get("disallow_any_explicit")]
    assert strictest == [["loadzone.domain.*", "loadzone.rules.*"]]
