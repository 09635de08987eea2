"""The configuration file: the server's address, the token and the CA that `loadzone login` saved."""

from __future__ import annotations

import json
import os
import tempfile

from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import NOT_SIGNED_IN
from loadzone_cli.translation import t


def read_configuration() -> dict[str, str]:
    """Return what was saved; nothing where there is no file. Raises CommandError where the file cannot be read."""
    try:
        with open(configuration_path(), encoding="utf-8") as file:
            saved = json.load(file)
        return {key: value for key, value in saved.items() if isinstance(value, str)}
    except (FileNotFoundError, NotADirectoryError):  # also where the home is /dev/null
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise CommandError(t("bad.config", path=configuration_path(), why=error), NOT_SIGNED_IN) from None


def write_configuration(configuration: dict[str, str]) -> str:
    """Save it and return the path. Nobody else can read the file, not even while it is written (mode 0600)."""
    path = configuration_path()
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chmod(folder, 0o700)
        handle, temporary = tempfile.mkstemp(dir=folder)  # mode 0600
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(configuration, file, indent=1)
        os.replace(temporary, path)
    except OSError as error:
        raise CommandError(t("bad.config", path=path, why=error.strerror)) from None
    return path


def configuration_path() -> str:
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(folder, "loadzone", "config.json")
