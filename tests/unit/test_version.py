"""One version, that of loadzone/__init__.py, and one list of what the server is built on."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from app import create_app
from loadzone import __version__
from loadzone.config import Config
from support.server import ROOT

PINS = re.compile(r"^ *\"?([\w-]+)==([\w.]+)\"?,?$", re.MULTILINE)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture
def client(tmp_path):
    app = create_app(Config(data=tmp_path / "data.json", secret_key="a key for tests alone"))
    yield app.test_client()
    app.extensions["application"].store.close()


# The version


def test_the_package_has_it():
    ended = subprocess.run([sys.executable, "-m", "hatchling", "version"], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout == f"{__version__}\n", ended.stderr


def test_the_server_tells_it(client):
    assert client.get("/healthz").json == {"status": "ok", "version": __version__}  # of one process
    assert client.get("/openapi.json").json["info"]["version"] == __version__


def test_the_command_line_has_it():
    ended = subprocess.run([sys.executable, "cli", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout == f"loadzone {__version__}\n", ended.stderr


def test_the_newest_version_in_the_changelog_is_it():
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == __version__
    assert all(date for _, date in headings[1:])


# Dependencies: pyproject.toml, requirements.txt and the imports


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the node and all in it, except what is under `if TYPE_CHECKING`."""
    yield node
    if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from running(child)


def from_elsewhere(files: Iterable[Path]) -> set[str]:
    """Return the packages that these files import, except our own, the standard library's, and those for mypy alone."""
    nodes = [node for path in files for node in running(ast.parse(path.read_text(encoding="utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    ours = {path.stem for path in ROOT.glob("*.py")} | {"loadzone", "_typeshed"}  # the latter exists for type checkers
    return {name.partition(".")[0] for name in names} - ours - sys.stdlib_module_names


DATABASE = set((ROOT / "loadzone" / "database").glob("*.py"))


def imported() -> set[str]:
    """Return the distributions that the server's code imports, whatever its settings."""
    others = from_elsewhere({*ROOT.glob("*.py"), *(ROOT / "loadzone").rglob("*.py")} - DATABASE)
    owners = {file.parts[0].removesuffix(".py"): found.name for found in distributions() for file in found.files or ()}
    return {owners[name].lower().replace("_", "-") for name in others}


def test_what_is_only_installed_where_a_database_is_used_is_imported_there_alone():
    pinned = dict(PINS.findall(text_of("requirements-postgres.txt")))
    assert from_elsewhere(DATABASE) - imported() - {"orjson"} == {"psycopg"}
    assert pinned.keys() == {"psycopg", "psycopg-binary"}
    assert pinned["psycopg"] == pinned["psycopg-binary"]
    extra = text_of("pyproject.toml").partition("postgres = [")[2].partition("]")[0]
    assert dict(PINS.findall(extra)) == pinned


def test_what_is_imported_is_required_and_nothing_else():
    required = text_of("pyproject.toml").partition("dependencies = [")[2].partition("]")[0]
    first_section = text_of("requirements.txt").partition("\n\n")[0]
    assert dict(PINS.findall(required)) == dict(PINS.findall(first_section))
    assert {name for name, _ in PINS.findall(required)} == imported()
