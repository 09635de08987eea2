"""The bare server, with which the bench compares LoadZone, answers."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from support.ports import free_port
from support.waiting import eventually

BARE = Path(__file__).resolve().parents[2] / "bench" / "bare" / "app.py"


def test_it_answers():
    port = free_port()
    process = subprocess.Popen([sys.executable, str(BARE)], env={**os.environ, "LOADZONE_PORT": str(port)})
    try:
        assert eventually(lambda: answer_of(port) == b"ok")
    finally:
        process.kill()
        process.wait()


def answer_of(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ok", timeout=5) as answer:
            return answer.read()
    except (urllib.error.URLError, ConnectionError):
        return None
