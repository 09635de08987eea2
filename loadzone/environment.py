"""Reads settings from environment variables, or from the files that they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

# Kubernetes sets such values for each service: LOADZONE_PORT for one named loadzone, SMTP_PORT for one named smtp.
KUBERNETES_PORT = re.compile(r"(?:tcp|udp|sctp)://\S+:\d+")

T = TypeVar("T")
D = TypeVar("D")


class BadSetting(Exception):
    """A setting cannot be used; the message names it and says what is allowed."""


class EnvReader:
    """Reads one variable at a time. Raises BadSetting with the variable's name."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __call__(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        text = self._environ.get(name, "")
        return default if KUBERNETES_PORT.fullmatch(text) else self._parsed(name, text, parse, default)

    def secret(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return a value that may come from a file instead, which the variable with the suffix `_FILE` names."""
        path = self._environ.get(f"{name}_FILE", "").strip()
        if not path:
            return self._parsed(name, self._environ.get(name, ""), parse, None, is_secret=True)
        if self._environ.get(name, "").strip():
            raise BadSetting(f"{name} and {name}_FILE are both set; keep one of them")
        try:
            content = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{name}_FILE: cannot read {path}: {error}") from error
        if not content.strip():
            raise BadSetting(f"{name}_FILE: {path} is empty")
        return self._parsed(f"{name}_FILE", content, parse, None, is_secret=True)

    def _parsed(self, name: str, text: str, parse: Callable[[str], T], default: D, is_secret: bool = False) -> T | D:
        value = text.strip()
        if not value:
            return default
        try:
            return parse(value)
        except ValueError as error:
            shown = "" if is_secret else f" {value!r}"
            raise BadSetting(f"{name}:{shown} {error}") from None
