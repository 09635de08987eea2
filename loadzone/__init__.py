"""LoadZone: a web application with which teams share virtual machines."""

from __future__ import annotations

from pathlib import Path

__version__ = "1.1.0"

_PACKAGE = Path(__file__).parent
# The folder of static/, templates/, lang/ and cli/: the top of a checkout, or the package where that is installed.
RESOURCES = _PACKAGE if (_PACKAGE / "templates").is_dir() else _PACKAGE.parent
