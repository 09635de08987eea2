"""GET /cli: the command line as one file that needs nothing else, with validators for caching."""

import io
import os
import re
import subprocess
import zipfile

import pytest

from loadzone.web import command_file
from support.answers import done, is_russian
from support.command import PYTHON, STAYS, Running, go_on, token_of
from support.people import Person
from support.server import ROOT

SOURCE_OF_VERSION = (ROOT / "cli" / "loadzone_cli" / "__init__.py").read_text(encoding="utf-8")
[VERSION] = re.findall(r'^__version__ = "(.+)"$', SOURCE_OF_VERSION, re.M)


@pytest.fixture
def server(shared_server):
    return shared_server


def ask(server, method="GET", **headers):
    return Person(server).request(method, "/cli", headers=headers)


@pytest.fixture
def served(server, tmp_path):
    """Return the served file, made executable, alone in its folder."""
    file = tmp_path / "bin" / "loadzone"
    file.parent.mkdir()
    file.write_bytes(ask(server).content)
    file.chmod(0o755)
    return file


def run(words, server, person, folder, **environment):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "LANG": "C.UTF-8", **environment}
    environment |= {"LOADZONE_URL": server.url, "LOADZONE_TOKEN": token_of(person)}
    ended = subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_served_file_runs_alone(server, served, ann):
    """Isolated Python (-I) imports nothing from the current folder, from PYTHONPATH or from the user's packages."""
    assert os.listdir(served.parent) == ["loadzone"]
    here, words = served.parent, [PYTHON, "-I", "loadzone"]
    assert run([*words, "--version"], server, ann, here) == f"loadzone {VERSION}\n"
    assert "perf-1" in run([*words, "list"], server, ann, here)
    assert is_russian(run([*words, "list", "--help"], server, ann, here, LANG="ru_RU.UTF-8"))
    assert run([*words, "run", "--vm", "lone", "--hours", "1", "--", "echo", "ran"], server, ann, here) == "ran\n"
    assert os.listdir(served.parent) == ["loadzone"], "it leaves no cache files beside it"


def test_it_is_executable_by_its_first_line(server, served, ann):
    assert served.read_bytes().startswith(b"#!/usr/bin/env python3\n")
    assert run(["./loadzone", "--version"], server, ann, served.parent) == f"loadzone {VERSION}\n"


def test_it_can_be_replaced_while_a_job_runs(served, loadzone, ann):
    """Everything is read at the start, since `curl -o loadzone` overwrites the file while a job still runs."""
    words = [PYTHON, "-I", str(served), "run", "--vm", "lone", "--hours", "1", "--heartbeat", "0.05", "--", *STAYS]
    job = Running(words, {**loadzone.environment, "LANG": "ru_RU.UTF-8"}, served.parent)
    job.wait_for("here", "out")
    served.write_bytes(b"another version")
    done(ann.cancel("lone"))
    job.wait_for("машина lone больше не занята")
    go_on(job)


def test_it_holds_the_sources_and_nothing_else(served):
    with zipfile.ZipFile(served) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        contents = {name: archive.read(name) for name in names}
    files = [path for path in (ROOT / "cli").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert names == sorted(path.relative_to(ROOT / "cli").as_posix() for path in files)
    assert contents == {name: (ROOT / "cli" / name).read_bytes() for name in names}
    assert "__main__.py" in names


def test_two_builds_give_the_same_bytes(served, tmp_path):
    """The bytes depend neither on the folder of the sources nor on their modification times."""
    copy = tmp_path / "copy"
    for path in command_file.sources(command_file.SOURCES):
        target = copy / path.relative_to(command_file.SOURCES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        os.utime(target, (1, 1))
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "__main__.cpython-311.pyc").write_bytes(b"left by Python")
    assert command_file.build(copy) == command_file.build(command_file.SOURCES) == served.read_bytes()


@pytest.mark.parametrize("encoding", ["identity", "gzip", "gzip, deflate, br"])
def test_it_is_never_compressed_again(server, encoding):
    """`curl` without --compressed stores the body as it is sent."""
    response = Person(server).request("GET", "/cli", headers={"Accept-Encoding": encoding}, stream=True)
    body = response.raw.read(decode_content=False)
    assert "Content-Encoding" not in response.headers
    assert len(body) == int(response.headers["Content-Length"])
    assert zipfile.is_zipfile(io.BytesIO(body))


def test_the_headers_and_head_requests(server):
    answer = ask(server)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "inline; filename=loadzone"
    assert answer.headers["Cache-Control"] == "no-cache, max-age=0"
    assert answer.headers["Accept-Ranges"] == "bytes"
    head = ask(server, "HEAD")
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(answer.content)))


@pytest.mark.parametrize(
    ("condition", "validator"), [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")]
)
def test_an_unchanged_file_is_not_sent_again(server, condition, validator):
    again = ask(server, **{condition: ask(server).headers[validator]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"]


def test_a_changed_file_is_sent(server):
    """The ETag is that of the single script that /cli served before."""
    answer = ask(server, **{"If-None-Match": '"1796036678.633293-55974-2500332157"'})
    assert answer.status_code == 200
    assert zipfile.is_zipfile(io.BytesIO(answer.content))


def test_a_range_of_it_can_be_requested(server):
    answer = ask(server, Range="bytes=0-21")
    assert (answer.status_code, answer.content) == (206, b"#!/usr/bin/env python3")
