"""A database as what a store can be kept in, as those of durables.py."""

from contextlib import closing

from loadzone.database.connection import connect
from loadzone.database.loading import load
from loadzone.database.postgres_log import PostgresLog
from loadzone.datafile.writer import encoded


class PostgresKept:
    """A database."""

    def __init__(self, url):
        self.url = url

    def durable(self, starter=b"{}", **options):
        return PostgresLog(self.url, starter, **options)

    @property
    def kept(self):
        return {vm.id: vm.description for vm in self.state.vms.values()}

    @property
    def file(self):
        """The kept state, as a data file."""
        return encoded(self.state)

    @property
    def state(self):
        with connect(self.url, "test") as connection:
            return load(connection)[0]

    def forget_settings(self):
        """Forget which settings the last node had."""
        with connect(self.url, "test") as connection:
            if connection.execute("SELECT to_regclass('loadzone.settings')").fetchone() != (None,):
                connection.execute("DELETE FROM loadzone.settings")

    def begin_anew(self, starter=b"{}"):
        """Keep nothing but this data file."""
        with connect(self.url, "test") as connection:
            connection.execute("DROP SCHEMA IF EXISTS loadzone CASCADE")
        with closing(self.durable(starter)) as durable:
            durable.load()
