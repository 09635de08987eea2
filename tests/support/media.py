"""What a server of the tests keeps its state in: the JSON file, or a PostgreSQL of the tests' own.

The tests of the API and of sockets run over both, but for those of FILE_ONLY, whose answers do not depend on it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.postgres import Cluster
from support.postgres_durable import PostgresKept
from support.server import Server, data_file

# Over PostgreSQL they would test the same code once more, and take another two minutes.
FILE_ONLY = {
    "api/test_bad_input.py": "bodies that are refused before a rule is run",
    "api/test_bounds.py": "bodies that are refused before a rule is run",
    "api/test_compression.py": "how answers are sent",
    "api/test_fuzzing.py": "requests against the description of the API",
    "api/test_headers.py": "how answers are sent",
    "api/test_hostile_values.py": "texts in answers; tests/database holds that they are kept",
    "api/test_http_errors.py": "requests that are refused before a rule is run",
    "api/test_language.py": "sentences",
    "api/test_matrix.py": "who may call what",
    "api/test_openapi.py": "the description of the API",
    "api/test_origin.py": "requests that are refused before a rule is run",
    "api/test_page.py": "how the page is sent",
    "api/test_strangers.py": "who may call what",
    "api/test_unusual_requests.py": "requests that are refused before a rule is run",
    "sockets/test_floods.py": "packets that are refused",
    "sockets/test_malformed_packets.py": "packets that are refused",
    "sockets/test_vendored_client.py": "the page's own client",
    "sockets/test_websocket.py": "frames",
}
TESTS = Path(__file__).resolve().parents[1]


def runs_over_both(tests: Path) -> bool:
    """Tell whether the tests in this file run over PostgreSQL too."""
    path = tests.relative_to(TESTS).as_posix()
    return path.startswith(("api/", "sockets/")) and path not in FILE_ONLY


class OnFile:
    """Servers with a data file each. `shared` is the fixture with the server that tests share."""

    shared = "file_server"

    def server(self, folder: Path, inventory: dict | None = None, **settings: str) -> Server:
        """Return a server, not started yet, whose data begins with `inventory`."""
        return Server(data_file(folder, inventory), **settings)

    @contextmanager
    def running(self, folder: Path, inventory: dict | None = None, **settings: str) -> Iterator[Server]:
        """Start a server; end it afterwards."""
        server = self.server(folder, inventory, **settings)
        try:
            yield server.start()
        finally:
            server.end()


class OnPostgres(OnFile):
    """Servers with a database each."""

    shared = "postgres_server"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def server(self, folder: Path, inventory: dict | None = None, **settings: str) -> Server:
        """Return a server, not started yet, whose database begins with `inventory`."""
        server = DatabaseServer(self.cluster, **settings)
        if inventory is not None:
            server.store(inventory)
        return server


class DatabaseServer(Server):
    """A serving process with its state in PostgreSQL."""

    def __init__(self, cluster: Cluster, **settings: str) -> None:
        url = cluster.make_database()
        super().__init__(Path("no file"), **{"LOADZONE_DATA": "", "LOADZONE_DATABASE_URL": url, **settings})
        self._cluster = cluster
        self._database = PostgresKept(url)

    def launch(self) -> None:
        """Start without waiting. No other node runs, so other settings than before need not wait until that is sure."""
        self._database.forget_settings()
        super().launch()

    def end(self) -> None:
        """Kill it, and let another server have its database."""
        super().end()
        self._cluster.give_back(self._database.url)

    def stored(self) -> dict:
        """Return the state in the database, in the form of the data file."""
        return json.loads(self._database.file)

    def store(self, content: dict) -> None:
        """Put this into the database, instead of what is there. The server must not run."""
        self._database.begin_anew(json.dumps(content).encode())
