"""A real Socket.IO client that records the events it receives, in order."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import requests
import socketio

from support.people import Person

TIMEOUT_SECONDS = 30


class Listener:
    """One connected socket of a person, signed in or not. `received` is the list of (event, data), in order.

    `first` is what a node of several sends before the socket is open: the event `seen`, which is none of a change.
    """

    def __init__(self, person: Person, transports: tuple[str, ...] = ("websocket",), **headers: str) -> None:
        self.received: list[tuple[str, dict]] = []
        self.first: dict = {}
        self._new_event = threading.Condition()
        self._http = requests.Session()
        self._http.trust_env = False
        self._client = socketio.Client(
            reconnection=False,
            http_session=self._http,
            handle_sigint=False,
            websocket_extra_options={"suppress_origin": True},  # the only Origin is the one of `headers`
        )
        _keep_order(self._client)
        self._client.on("*", self._record)
        self._client.on("disconnect", lambda *reason: self._record("disconnect", {}))
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)
        sent = {"Accept-Language": person.http.headers["Accept-Language"], "Cookie": cookies}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with _leaving_at_once(self._client):
            self._client.connect(
                person.server.url,
                headers={name: value for name, value in sent.items() if value},
                transports=list(transports),
                wait_timeout=TIMEOUT_SECONDS,
            )
        self._websocket = self._client.eio.ws  # the client drops it without closing it when the server hangs up

    def wait_for(self, event: str, timeout: float = TIMEOUT_SECONDS, **expected) -> dict:
        """Wait for the first `event` whose data has the `expected` values, and return its data."""
        deadline = time.monotonic() + timeout
        with self._new_event:
            while True:
                for name, data in self.received:
                    if name == event and all(data.get(key) == value for key, value in expected.items()):
                        return data
                left = deadline - time.monotonic()
                assert self._new_event.wait(left), f"{event} {expected} did not come; received {self.received}"

    def wait_for_change(self, revision: int, timeout: float = TIMEOUT_SECONDS) -> dict:
        return self.wait_for("change", timeout, revision=revision)

    def changes(self) -> list[dict]:
        return [data for event, data in self.received if event == "change"]

    def notifications(self, kind: str | None = None) -> list[dict]:
        received = [data for event, data in self.received if event == "notification"]
        return [data for data in received if kind is None or data.get("kind") == kind]

    def emit(self, event: str, data: object) -> None:
        self._client.emit(event, data)

    @property
    def connected(self) -> bool:
        return self._client.connected

    def close(self) -> None:
        """Close the connection as a closed tab does.

        The client's own way over a WebSocket may take 3 s: two threads wait to read the answer.
        """
        reading = self._client.eio.read_loop_task
        if not self._client.connected:
            pass
        elif self._client.transport() == "websocket":
            self._websocket.sock.shutdown(socket.SHUT_RDWR)
        else:
            self._client.disconnect()
        if reading:
            reading.join(TIMEOUT_SECONDS)
        if self._websocket:
            self._websocket.shutdown()
        self._http.close()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def _record(self, event: str, data: dict) -> None:
        if event == "seen":
            assert not self.received, "it comes before all others"
            self.first = data
            return
        with self._new_event:
            self.received.append((event, data))
            self._new_event.notify_all()


def _keep_order(client: socketio.Client) -> None:
    """Handle messages one by one: the client gives each to a new thread, which could record them in another order."""
    trigger = client.eio._trigger_event
    client.eio._trigger_event = lambda event, *args, **how: trigger(event, *args, **{**how, "run_async": False})


@contextmanager
def _leaving_at_once(client: socketio.Client) -> Iterator[None]:
    """Let a client that is refused not wait for the answer to its poll, which may come with the next ping, in 25 s."""
    disconnect = client.eio.disconnect
    client.eio.disconnect = partial(disconnect, abort=True)
    yield
    client.eio.disconnect = disconnect
