"""The server that a command speaks to: named by the environment, else saved by `loadzone login`."""

from __future__ import annotations

import argparse
import os

from loadzone_cli.api_client import ApiClient
from loadzone_cli.configuration import read_configuration
from loadzone_cli.errors import CommandError
from loadzone_cli.exit_status import NOT_SIGNED_IN
from loadzone_cli.messages import say
from loadzone_cli.server_address import address_of, bare
from loadzone_cli.translation import t


def connect(args: argparse.Namespace) -> ApiClient:
    """Return the client. A saved token and CA go only to the server that they were saved for. Raises CommandError."""
    url, token = variable("LOADZONE_URL"), variable("LOADZONE_TOKEN")
    saved = saved_sign_in(is_needed=not (url and token))
    given = url or saved.get("url", "")
    if not given:
        raise CommandError(t("no_server"), NOT_SIGNED_IN)
    url = address_of(given)
    of_this_server = saved if saved.get("url") in (url, given.rstrip("/")) else {}
    return ApiClient(url, token or of_this_server.get("token", ""), ca_file(args) or of_this_server.get("ca"))


def saved_sign_in(is_needed: bool) -> dict[str, str]:
    """Return what `loadzone login` saved. A file that cannot be read is no error where all is in the environment."""
    try:
        return read_configuration()
    except CommandError as error:
        if is_needed:
            raise
        say(error.text)
        return {}


def variable(name: str) -> str:
    """Return a variable of the environment. Files and CI settings often add a line end, or quotes."""
    return bare(os.environ.get(name, ""))


def ca_file(args: argparse.Namespace) -> str | None:
    """Return the file of certificates that the arguments or the environment name."""
    return getattr(args, "ca", None) or variable("LOADZONE_CA") or None
