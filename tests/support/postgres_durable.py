"""A database as what a store can be kept in, as those of durables.py."""

from loadzone.database.connection import connect
from loadzone.database.loading import load
from loadzone.database.postgres_log import PostgresLog


class PostgresKept:
    """A database."""

    def __init__(self, url):
        self.url = url

    def durable(self, starter=b"{}", **options):
        return PostgresLog(self.url, starter, **options)

    @property
    def kept(self):
        with connect(self.url, "test") as connection:
            state, _ = load(connection)
        return {vm.id: vm.description for vm in state.vms.values()}
