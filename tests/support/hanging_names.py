"""Serve LoadZone with a name server that knows the host "database.test", and hangs while the file NAMES_HANG exists.

The function of C under gevent's resolver is replaced, so that a thread hangs in it as it does in the real one.
"""

from gevent import monkey

monkey.patch_all()

import _socket  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app  # noqa: E402

ask_system = _socket.getaddrinfo
sleep = monkey.get_original("time", "sleep")


def getaddrinfo(host, *args, **options):
    """Look up as the system does, with one host more."""
    while host == "database.test" and os.path.exists(os.environ["NAMES_HANG"]):
        sleep(0.05)
    return ask_system("127.0.0.1" if host == "database.test" else host, *args, **options)


_socket.getaddrinfo = getaddrinfo
sys.exit(app.main())
