"""The audit of the pinned requirements: it fails for a known vulnerability, and never because there is no network."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from support.server import ROOT

SCRIPT = ROOT / ".ci" / "audit.py"


@pytest.fixture
def audit():
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_a_source_it_says_so_and_passes():
    closed = {**os.environ, "https_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1", "no_proxy": ""}
    ended = subprocess.run([sys.executable, SCRIPT], env=closed, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "skipped" in ended.stdout


def test_a_vulnerable_package_is_named(audit, monkeypatch, capsys):
    fault = {"id": "PYSEC-1", "fix_versions": ["2.5"]}
    report = [{"name": "a", "version": "2.4", "vulns": [fault]}, {"name": "b", "skip_reason": "not found"}]
    monkeypatch.setattr(audit, "_ask_canary", lambda: None)
    monkeypatch.setattr(audit, "_audit", lambda: audit.vulnerable(json.dumps({"dependencies": report})))
    assert audit.main() == 1
    assert "a 2.4: PYSEC-1, fixed in 2.5" in capsys.readouterr().out


def test_a_source_that_knows_no_vulnerability_is_not_used(audit, monkeypatch, capsys, tmp_path):
    (tmp_path / "json").write_text('{"vulnerabilities": []}', encoding="utf-8")
    monkeypatch.setattr(audit, "CANARY", (tmp_path / "json").as_uri())
    assert audit.main() == 0
    assert "skipped" in capsys.readouterr().out
