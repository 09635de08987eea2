"""The commands of `loadzone-server`, which are those of `flask --app app` in a checkout. Without one it serves."""

from __future__ import annotations

import click

import loadzone.commands.inventory  # noqa: F401  # adds its commands to `data`
from loadzone import __version__
from loadzone.commands.data import data


@click.group(subcommand_metavar="[COMMAND [ARGS]...]")
@click.version_option(__version__, message="loadzone-server %(version)s")
def loadzone_server() -> None:
    """Serve LoadZone until SIGTERM or Ctrl-C. With a command: run that instead.

    The settings are environment variables. LOADZONE_DATA names the data file.
    """


loadzone_server.add_command(data)
