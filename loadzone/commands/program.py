"""The commands of `loadzone-server`, which are those of `flask --app app` in a checkout. Without one it serves."""

from __future__ import annotations

import click

from loadzone import __version__
from loadzone.commands import copying, inventory, restoring
from loadzone.commands.data import data

__all__ = ["data", "loadzone_server"]

for command in (copying.copy, restoring.restore, inventory.export_inventory, inventory.import_inventory):
    data.add_command(command)


@click.group(subcommand_metavar="[COMMAND [ARGS]...]")
@click.version_option(__version__, message="loadzone-server %(version)s")
def loadzone_server() -> None:
    """Serve LoadZone until SIGTERM or Ctrl-C. With a command: run that instead.

    The settings are environment variables. LOADZONE_DATA names the data file, or LOADZONE_DATABASE_URL the database.
    """


loadzone_server.add_command(data)
