"""Many sockets that connect and disconnect all the time, served by one thread."""

import select
import threading
import time
from random import Random

import requests
import websocket

from support.bare_socket import BareSocket
from support.people import Person
from torture.history import History

MEAN_LIFETIME = 6.0  # seconds
MEAN_PAUSE = 0.5  # seconds until another socket replaces one that was closed


class SocketClients(threading.Thread):
    """Keep `size` sockets connected until `stop` is called. `opened` is how many there were in total."""

    def __init__(self, person: Person, size: int, history: History, random: Random) -> None:
        super().__init__(name="sockets", daemon=True)
        self.person = person
        self._history = history
        self._random = random
        self._close_at: dict[BareSocket, float] = {}
        self._open_at = [time.monotonic() + random.uniform(0, MEAN_PAUSE) for _ in range(size)]
        self._stop_asked = threading.Event()
        self.opened = 0

    def run(self) -> None:
        while not self._stop_asked.is_set():
            self._close_and_open(time.monotonic())
            self.read_for(0.05)

    def stop(self) -> None:
        """Stop opening and closing sockets. From now on the caller reads."""
        self._stop_asked.set()
        self.join()

    def read_for(self, seconds: float) -> None:
        """Read whatever arrives within that time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready = select.select(self._close_at, [], [], left)[0] if self._close_at else []
            for socket in ready:
                self._try(socket.read, socket)
                if socket.gaps:
                    self._history.add_anomaly(f"a socket missed a change before revision {socket.revision}")
                    socket.gaps = 0
            if not self._close_at:
                time.sleep(left)

    def differences(self, state: dict) -> list[str]:
        """Return a sentence for each socket whose board is not this one, with what came after it."""
        return [
            f"a socket shows revision {socket.revision}: {socket.vms}; it is {state['revision']}: {state['vms']}"
            for socket in self._close_at
            if socket.revision < state["revision"] or socket.vms != self._board_at(socket.revision, state)
        ]

    def _board_at(self, revision: int, state: dict) -> dict[str, dict] | None:
        """Return the board at a later revision; None if no socket was told of a change in between."""
        vms = {vm["id"]: vm for vm in state["vms"]}
        for later in range(state["revision"] + 1, revision + 1):
            if later not in self._history.changes:
                return None
            vms |= {vm["id"]: vm for vm in self._history.changes[later]["vms"]}
        return vms

    @property
    def size(self) -> int:
        return len(self._close_at)

    def close(self) -> None:
        for socket in self._close_at:
            socket.close()

    def _close_and_open(self, now: float) -> None:
        for socket in [socket for socket, close_at in self._close_at.items() if close_at < now]:
            self._close(socket)
        due, self._open_at = [t for t in self._open_at if t <= now], [t for t in self._open_at if t > now]
        for _ in due:
            self._try(self._open)

    def _open(self) -> None:
        try:
            socket = BareSocket(self.person, self._history.add_change)
        except BaseException:
            self._open_at.append(time.monotonic() + self._random.uniform(0, 2 * MEAN_PAUSE))
            raise
        self.opened += 1
        self._close_at[socket] = time.monotonic() + self._random.expovariate(1 / MEAN_LIFETIME)

    def _close(self, socket: BareSocket) -> None:
        socket.close()
        del self._close_at[socket]
        self._open_at.append(time.monotonic() + self._random.uniform(0, 2 * MEAN_PAUSE))

    def _try(self, work, socket: BareSocket | None = None) -> None:
        """Ignore connection errors, since the server is killed now and then, and close the socket."""
        try:
            work()
        except (OSError, websocket.WebSocketException, requests.RequestException):
            if socket:
                self._close(socket)
