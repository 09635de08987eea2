"""`flask --app app run` is refused with a hint what to run instead: it would serve without timers and mail."""

import os
import subprocess
import sys

import pytest

from support.ports import free_port
from support.server import ROOT


@pytest.mark.parametrize("before", [[], ["--debug"]], ids=str)
def test_flask_run_is_refused_and_touches_no_file(tmp_path, before):
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *before, "run", "--port", str(free_port())],
        cwd=ROOT,
        env={**os.environ, "LOADZONE_DATA": str(tmp_path / "data.json")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "make run" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
