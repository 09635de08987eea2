"""LoadZone: a web application with which teams share virtual machines."""

from __future__ import annotations

from pathlib import Path

__version__ = "1.1.0"

_PACKAGE = Path(__file__).parent
# Installed, the package holds what lies beside it in a checkout (pyproject.toml, force-include).
_IS_INSTALLED = (_PACKAGE / "templates").is_dir()
# The folder of static/, templates/, lang/ and cli/.
RESOURCES = _PACKAGE if _IS_INSTALLED else _PACKAGE.parent
# The folder of app.py, storage.py, scheduler.py and mailer.py.
TOP = _PACKAGE / "top" if _IS_INSTALLED else _PACKAGE.parent
# The folder of the data file and the secret key where no setting names others. None where LoadZone is installed:
# site-packages is no place for data.
INSTANCE = None if _IS_INSTALLED else _PACKAGE.parent / "instance"
