"""`loadzone-server`, or `python -m loadzone`: serve LoadZone, or do what the command says.

In a checkout `python app.py` and `flask --app app …` do the same.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from loadzone import TOP


def main() -> int:
    """Serve, or run the command on the command line; return the exit status."""
    return _serve() if len(sys.argv) == 1 else _run_command()


def _serve() -> int:
    from gevent import monkey

    monkey.patch_all()  # before anything else is imported
    sys.path.insert(0, str(TOP))
    import app

    return app.main()


def _run_command() -> NoReturn:
    from loadzone.commands.program import loadzone_server

    loadzone_server.main()


if __name__ == "__main__":
    sys.exit(main())
