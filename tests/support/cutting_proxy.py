"""A proxy in front of PostgreSQL that cuts connections at a chosen byte, or swallows all that is sent."""

import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path


class CuttingProxy:
    """Listens on a socket in a folder of its own. `cut(after)` ends every connection once so many bytes have passed,
    either way or towards the "server" or the "client"; `passed` counts them.

    `swallow()` lets nothing pass any more, as a network does that is gone: connections stay, and hang. `let_pass()`
    ends this for connections that are made then.
    """

    def __init__(self, target_folder):
        self._target = f"{target_folder}/.s.PGSQL.5432"
        self.folder = tempfile.mkdtemp(prefix="lz-px-", dir="/tmp")
        self.passed = {"server": 0, "client": 0}
        self._left, self._towards = None, None
        self._swallows = False
        self._lock = threading.Lock()
        self._open = set()
        self._listening = self._listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _listen(self):
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(f"{self.folder}/.s.PGSQL.5432")
        listening.listen()
        return listening

    def cut(self, after, towards=None):
        with self._lock:
            self._left, self._towards = after, towards

    def swallow(self):
        self._swallows = True

    def let_pass(self):
        self._swallows = False
        self._close_all()

    @property
    def left(self):
        """Return how many bytes may pass before the cut."""
        with self._lock:
            return self._left

    def end(self):
        self._listening.close()
        self._close_all()
        for path in Path(self.folder).iterdir():
            path.unlink()
        Path(self.folder).rmdir()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                self._open |= {client, server}
                for source, target, towards in ((client, server, "server"), (server, client, "client")):
                    threading.Thread(target=self._pump, args=(source, target, towards), daemon=True).start()

    def _pump(self, source, target, towards):
        with suppress(OSError):
            while data := source.recv(65536):
                if self._swallows:
                    continue
                allowed = self._allow(len(data), towards)
                target.sendall(self._changed(data[:allowed]))
                if allowed < len(data):
                    self._close_all()
        for end in (source, target):
            self._close(end)

    def _changed(self, data):
        """Return what to send in the place of these bytes; of the same length."""
        return data

    def _allow(self, size, towards):
        """Return how many of these bytes may pass. The cut is done once; later connections are whole again."""
        with self._lock:
            self.passed[towards] += size
            if self._left is None or self._towards not in (None, towards):
                return size
            allowed = min(size, self._left)
            self._left = None if allowed < size else self._left - size
            return allowed

    def _close_all(self):
        while self._open:
            self._close(self._open.pop())

    def _close(self, end):
        self._open.discard(end)
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


class TcpProxy(CuttingProxy):
    """The same, on a port of 127.0.0.1."""

    @property
    def port(self):
        return self._listening.getsockname()[1]

    def _listen(self):
        return socket.create_server(("127.0.0.1", 0))
