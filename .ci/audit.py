"""Look for known vulnerabilities in the pins of what serves, with pip-audit and PyPI's advisories.

Ends with status 1 if there are any. If no source of advisories can be reached, it prints that and ends with 0: a
closed network is no fault of the code.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / ".venv" / "audit"
# A release with well-known vulnerabilities. A source that does not know them has no advisories; it only mirrors files.
CANARY = "https://pypi.org/pypi/jinja2/2.4.1/json"
SECONDS = {"to answer": 5, "to install": 120, "to audit": 60}


class NoSource(Exception):
    """No source of advisories can be reached; the message says why."""


def main() -> int:
    try:
        _ask_canary()
        found = _audit()
    except NoSource as error:
        sys.stdout.write(f"audit: skipped, no source of advisories can be reached ({error})\n")
        return 0
    for line in found:
        sys.stdout.write(f"audit: {line}\n")
    sys.stdout.write(f"audit: {len(found)} known vulnerabilities\n")
    return 1 if found else 0


def _ask_canary() -> None:
    try:
        with urllib.request.urlopen(CANARY, timeout=SECONDS["to answer"]) as answer:
            known = json.load(answer).get("vulnerabilities")
    except (OSError, ValueError) as error:
        raise NoSource(str(error)) from error
    if not known:
        raise NoSource("it knows of no vulnerability at all")


def _audit() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _run("to install", sys.executable, "-m", "venv", PLACE)
        _run("to install", PLACE / "bin/pip", "install", "-q", "-r", ROOT / ".ci/requirements-audit.txt")
        options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "5"]
        pins = [part for name in ("", "-postgres") for part in ("-r", ROOT / f"requirements{name}.txt")]
        _run("to audit", PLACE / "bin/pip-audit", *pins, *options, "-f", "json", "-o", report)
        return vulnerable(report.read_text(encoding="utf-8")) if report.exists() else _no_report()


def vulnerable(report: str) -> list[str]:
    """Return a line for each vulnerability in pip-audit's JSON report."""
    return [
        f"{one['name']} {one['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or 'none yet'}"
        for one in json.loads(report)["dependencies"]
        for fault in one.get("vulns", ())
    ]


def _no_report() -> list[str]:
    raise NoSource("pip-audit wrote no report")


def _run(what: str, *command: str | Path) -> None:
    """Run a command to its end and ignore its status: the report says what was found.

    Raises NoSource if the command cannot be started or takes too long.
    """
    try:
        # The arguments are our own, and there is no shell.
        subprocess.run(list(map(str, command)), timeout=SECONDS[what], check=False, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoSource(f"{Path(command[0]).name}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
