"""`pip install .` from nothing but a source archive, outside the checkout: `loadzone-server` serves the whole of it."""

import os
import re
import site
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from loadzone import __version__
from support.answers import done, is_russian
from support.listener import Listener
from support.people import Person
from support.server import ROOT, Server

RESOURCES = ["templates", "static", "lang", "cli"]
TOP = ["app", "storage", "scheduler", "mailer"]


@dataclass(frozen=True)
class Installation:
    """A virtual environment with LoadZone in it, and an empty folder to start in."""

    venv: Path
    empty: Path

    @property
    def site_packages(self) -> Path:
        [found] = self.venv.glob("lib/python*/site-packages")
        return found

    @property
    def program(self) -> str:
        return str(self.venv / "bin" / "loadzone-server")

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        environment = {"PATH": os.environ["PATH"], **environment}
        return subprocess.run(words, cwd=self.empty, env=environment, capture_output=True, text=True, timeout=60)

    def data(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        return self.run(self.program, "data", *words, **environment)

    def files(self) -> dict[str, int]:
        """Return the installed files with their sizes, without what Python caches."""
        paths = [path for path in self.site_packages.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        return {str(path.relative_to(self.site_packages)): path.stat().st_size for path in paths}


class StartedBy(Server):
    """A server that is started with another command than `python app.py`."""

    def __init__(self, command: list[str], data: Path, root: Path, **settings: str) -> None:
        super().__init__(data, root, **settings)
        self.warm = False
        self._words = command

    def _command(self) -> list[str]:
        return self._words


def run(*words: object, cwd: Path = ROOT) -> None:
    ended = subprocess.run([sys.executable, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installation:
    """Without a network: hatchling and the dependencies are those that the tests run with."""
    folder = tmp_path_factory.mktemp("installed")
    run("-m", "hatchling", "build", "--target", "sdist", "--directory", folder)
    subprocess.run(["tar", "-xzf", f"loadzone-{__version__}.tar.gz"], cwd=folder, check=True)
    sources = folder / f"loadzone-{__version__}"
    run("-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=sources)
    run("-m", "venv", "--without-pip", folder / "venv")
    wheel = folder / f"loadzone-{__version__}-py3-none-any.whl"
    target = folder / "venv" / "bin" / "python"
    run("-m", "pip", "--python", target, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=folder)
    installation = Installation(folder / "venv", folder / "empty")
    installation.empty.mkdir()
    (installation.site_packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return installation


@pytest.fixture
def server(installed, tmp_path):
    server = StartedBy([installed.program], tmp_path / "data.json", installed.empty, LOADZONE_SECRET_KEY="")
    yield server.start()
    server.end()


def test_only_loadzone_is_added_to_site_packages(installed):
    names = {name.partition("/")[0] for name in installed.files()} - {"dependencies.pth"}
    assert names == {"loadzone", f"loadzone-{__version__}.dist-info"}
    for module in TOP:
        ended = installed.run(str(installed.venv / "bin" / "python"), "-c", f"import {module}")
        assert "ModuleNotFoundError" in ended.stderr


def test_it_holds_what_a_checkout_holds(installed):
    sources = [path for folder in RESOURCES for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts]
    expected = {f"loadzone/{path.relative_to(ROOT)}": path.stat().st_size for path in sources if path.is_file()}
    expected |= {f"loadzone/top/{name}.py": (ROOT / f"{name}.py").stat().st_size for name in TOP}
    modules = (ROOT / "loadzone").rglob("*.py")
    expected |= {str(path.relative_to(ROOT)): path.stat().st_size for path in modules}
    held = installed.files()
    assert {name: size for name, size in held.items() if name.startswith("loadzone/")} == expected


def test_two_people_see_the_same_board_and_are_told_of_it(installed, server):
    before = installed.files()
    alice, bob = Person(server, "alice@example.com").sign_in(), Person(server, "bob@example.com").sign_in()
    done(alice.add_vm("vm"), 201)
    with Listener(alice) as hers, Listener(bob) as his:
        done(bob.book("vm"))
        hers.wait_for("notification", kind="booked", vm_id="vm")
        assert alice.vm("vm")["booked_by"] == "bob@example.com"
        done(alice.cancel("vm", reason="urgent"))
        assert "urgent" in his.wait_for("notification", kind="force_released", vm_id="vm")["msg"]
    assert server.stop() < 2
    assert installed.files() == before, "nothing is written beside the code"
    assert list(installed.empty.iterdir()) == []


def test_pages_static_files_and_languages_are_there(server):
    english, russian = Person(server, language="en"), Person(server, language="ru")
    assert 'lang="en"' in english.get("/").text
    assert 'lang="ru"' in russian.get("/").text
    assert is_russian(russian.post("/book", {}).json()["error"])
    for page in ("/", "/docs"):
        linked = re.findall(r'(?:src|href)="(/static/[^"#]+)"', english.get(page).text)
        assert len(linked) >= 2
        assert {path: english.get(path).status_code for path in linked} == dict.fromkeys(linked, 200)
    assert done(english.get("/openapi.json"))["info"]["version"] == __version__


def test_it_serves_the_command_line(installed, server):
    file = installed.venv / "loadzone"
    file.write_bytes(Person(server).get("/cli").content)
    assert installed.run(sys.executable, "-I", str(file), "--version").stdout == f"loadzone {__version__}\n"


def test_the_secret_key_is_beside_the_data_file_for_the_owner_alone(server):
    ann = Person(server).sign_in()
    key = server.data.with_name("secret_key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    server.restart()
    assert ann.is_signed_in()


@pytest.mark.parametrize("way", ["loadzone-server", "python -m loadzone"])
def test_without_a_data_file_it_does_not_start_and_says_so(installed, way):
    words = [str(installed.venv / "bin" / way.split()[0]), *way.split()[1:]]
    ended = installed.run(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith("LoadZone cannot start: LOADZONE_DATA is not set")


def test_a_folder_that_is_not_there_is_not_made(installed, tmp_path):
    ended = installed.run(installed.program, LOADZONE_DATA=str(tmp_path / "typo" / "data.json"))
    assert ended.returncode == 2
    assert "there is no such folder" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_data_commands_are_those_of_a_checkout(installed, tmp_path):
    listed = installed.data("--help").stdout.partition("Commands:\n")[2]
    assert re.findall(r"^  (\w+)", listed, re.MULTILINE) == ["backups", "check", "copy", "export", "import", "restore"]
    data = tmp_path / "data.json"
    data.write_text('{"vms": [{"id": "vm"}]}', encoding="utf-8")
    checked = installed.data("check", LOADZONE_DATA=str(data))
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "machines: 1" in checked.stdout
    exported = installed.data("export", "--format", "csv", LOADZONE_DATA=str(data))
    inventory = tmp_path / "inventory.csv"
    inventory.write_text(exported.stdout, encoding="utf-8")
    imported = installed.data("import", str(inventory), "--yes", LOADZONE_DATA=str(tmp_path / "another.json"))
    assert (imported.returncode, imported.stderr) == (0, "")
    assert "+ vm" in imported.stdout


def test_the_data_can_be_copied_to_a_database_and_back(installed, tmp_path, cluster):
    data, back, address = tmp_path / "data.json", tmp_path / "back.json", cluster.make_database()
    data.write_text('{"vms": [{"id": "vm"}]}', encoding="utf-8")
    for words in ((str(data), address), (address, str(back))):
        copied = installed.data("copy", *words, "--yes")
        assert (copied.returncode, copied.stderr) == (0, "")
    assert "machines: 1" in installed.data("check", str(back)).stdout


def test_a_data_command_without_a_data_file_says_so(installed):
    ended = installed.data("backups")
    assert ended.returncode == 2
    assert "LOADZONE_DATA is not set" in ended.stderr


def test_the_program_tells_its_version(installed):
    assert installed.run(installed.program, "--version").stdout == f"loadzone-server {__version__}\n"


# In a checkout


def test_python_m_loadzone_serves_a_checkout_too(tmp_path):
    server = StartedBy([sys.executable, "-m", "loadzone"], tmp_path / "data.json", ROOT)
    ann = Person(server.start()).sign_in()
    assert ann.is_signed_in()
    assert server.stop() < 2
    assert not server.data.with_name("secret_key").exists()


def test_python_m_loadzone_has_the_data_commands_in_a_checkout_too(tmp_path):
    data = tmp_path / "data.json"
    data.write_text('{"vms": [{"id": "vm"}]}', encoding="utf-8")
    words = [sys.executable, "-m", "loadzone", "data", "check"]
    environment = {**os.environ, "LOADZONE_DATA": str(data)}
    checked = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "machines: 1" in checked.stdout
