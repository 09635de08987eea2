"""The server that a command speaks to: named by the environment, else saved by `loadzone login`."""

from __future__ import annotations

import argparse
import os

from loadzone_cli.api_client import ApiClient
from loadzone_cli.configuration import read_configuration
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import NOT_SIGNED_IN
from loadzone_cli.translation import t


def connect(args: argparse.Namespace) -> ApiClient:
    """Return the client. A saved token and CA go only to the server that they were saved for. Raises CommandError."""
    saved = read_configuration()
    url = os.environ.get("LOADZONE_URL") or saved.get("url")
    if not url:
        raise CommandError(t("no_server"), NOT_SIGNED_IN)
    of_this_server = saved if url.rstrip("/") == saved.get("url") else {}
    token = os.environ.get("LOADZONE_TOKEN") or of_this_server.get("token", "")
    return ApiClient(url, token.strip(), ca_file(args) or of_this_server.get("ca"))


def ca_file(args: argparse.Namespace) -> str | None:
    """Return the file of certificates that the arguments or the environment name."""
    return getattr(args, "ca", None) or os.environ.get("LOADZONE_CA")
