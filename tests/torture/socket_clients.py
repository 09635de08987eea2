"""Many sockets that come and go, and where they are out of step. One thread serves them all."""

import select
import threading
import time
from random import Random

import requests
import websocket

from support.bare_socket import BareSocket
from support.people import Person
from torture.history import Record

STAYS = 6.0  # seconds, on average
AGAIN = 0.5  # seconds until the next one in its place comes, on average


class SocketLimits(threading.Thread):
    """So many sockets at a time, until `stop` is set; `came` is how many there were in all."""

    def __init__(self, person: Person, size: int, record: Record, random: Random) -> None:
        super().__init__(name="crowd", daemon=True)
        self.person = person
        self._record = record
        self._random = random
        self._leave_at: dict[BareSocket, float] = {}
        self._come_at = [time.monotonic() + random.uniform(0, AGAIN) for _ in range(size)]
        self._stop_asked = threading.Event()
        self.came = 0

    def run(self) -> None:
        while not self._stop_asked.is_set():
            self._come_and_go(time.monotonic())
            self.read_for(0.05)

    def stop(self) -> None:
        """Nobody comes or goes any more; from now on the caller reads."""
        self._stop_asked.set()
        self.join()

    def read_for(self, seconds: float) -> None:
        """Take in whatever comes within that time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready = select.select(self._leave_at, [], [], left)[0] if self._leave_at else []
            for socket in ready:
                self._try(socket.read, socket)
            if not self._leave_at:
                time.sleep(left)

    def out_of_step(self, state: dict) -> list[str]:
        """The sockets that show another board than this one."""
        vms = {vm["id"]: vm for vm in state["vms"]}
        return [
            f"a socket shows revision {socket.revision}: {socket.vms}; it is {state['revision']}: {vms}"
            for socket in self._leave_at
            if (socket.revision, socket.vms) != (state["revision"], vms)
        ]

    @property
    def size(self) -> int:
        return len(self._leave_at)

    def close(self) -> None:
        for socket in self._leave_at:
            socket.close()

    def _come_and_go(self, now: float) -> None:
        for socket in [socket for socket, leaves in self._leave_at.items() if leaves < now]:
            self._gone(socket)
        due, self._come_at = [t for t in self._come_at if t <= now], [t for t in self._come_at if t > now]
        for _ in due:
            self._try(self._come)

    def _come(self) -> None:
        try:
            socket = BareSocket(self.person, self._record.change)
        except BaseException:
            self._come_at.append(time.monotonic() + self._random.uniform(0, 2 * AGAIN))
            raise
        self.came += 1
        self._leave_at[socket] = time.monotonic() + self._random.expovariate(1 / STAYS)

    def _gone(self, socket: BareSocket) -> None:
        socket.close()
        del self._leave_at[socket]
        self._come_at.append(time.monotonic() + self._random.uniform(0, 2 * AGAIN))

    def _try(self, work, socket: BareSocket | None = None) -> None:
        """A server that is killed takes its sockets along."""
        try:
            work()
        except (OSError, websocket.WebSocketException, requests.RequestException):
            if socket:
                self._gone(socket)
