"""Serve so many machines, to look at or to measure: `.venv/bin/python bench/serve.py 1000`.

Prints the address, and the cookie of an admin who is signed in there. Enter or the end of input stops it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from page import inventory_of

from support.people import Person
from support.server import ADMIN, Server


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(inventory_of(Path(folder), size), LOADZONE_AUTH="trust", LOADZONE_ADMINS=ADMIN).start()
        try:
            admin = Person(server, ADMIN).sign_in()
            print(server.url, "; ".join(f"{cookie.name}={cookie.value}" for cookie in admin.http.cookies), flush=True)
            sys.stdin.read(1)
        finally:
            server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
