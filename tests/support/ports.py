"""Ports for the servers of tests, which no other test of this machine gets in the meantime."""

import fcntl
import itertools
import os
import socket
import tempfile
from pathlib import Path

# Below the ports that Linux gives to outgoing connections and to whoever asks for any port (32768 and above).
PORTS = range(20_000, 32_000)
NEXT = Path(tempfile.gettempdir()) / f"loadzone-tests-next-port-{os.getuid()}"


def free_port() -> int:
    """Return a port on which nobody listens. It is given again only after all others, to whichever process.

    A port that the kernel chose (port 0) could go to another test between this call and the start of the server.
    """
    with open(NEXT, "a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        first = int(file.read() or 0)
        number = next(number for number in itertools.count(first) if is_free(port_of(number)))
        file.truncate(0)
        file.write(str(number + 1))
    return port_of(number)


def port_of(number: int) -> int:
    return PORTS[number % len(PORTS)]


def is_free(port: int) -> bool:
    with socket.socket() as listening:
        try:
            listening.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
