"""Known vulnerabilities in what requirements.txt pins, by pip-audit, from PyPI's advisories; status 1 if there are any.

Where no source of advisories can be reached, it says so and passes: a network that is closed is no fault of the code.
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
# A release whose vulnerabilities are long known: a source that knows of none is none (a mirror of files alone).
CANARY = "https://pypi.org/pypi/jinja2/2.4.1/json"
SECONDS = {"to answer": 5, "to install": 120, "to audit": 60}


class NoSource(Exception):
    """Nobody can be asked; why."""


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
        _run("to audit", PLACE / "bin/pip-audit", "-r", ROOT / "requirements.txt", *options, "-f", "json", "-o", report)
        return vulnerable(report.read_text(encoding="utf-8")) if report.exists() else _nothing_said()


def vulnerable(report: str) -> list[str]:
    """Of pip-audit's report in JSON, a line for each vulnerability."""
    return [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none yet'}"
        for one in json.loads(report)["dependencies"]
        for fault in one.get("vulns", ())
    ]


def _nothing_said() -> list[str]:
    raise NoSource("pip-audit has said nothing")


def _run(what: str, *command: str | Path) -> None:
    """Whether it found something, its report says: here it must only have come to an end."""
    try:
        # Our own words, and no shell.
        subprocess.run(list(map(str, command)), timeout=SECONDS[what], check=False, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoSource(f"{Path(command[0]).name}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
