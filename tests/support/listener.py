"""A real socket.io client that writes down what it hears, in order."""

import socket
import threading
import time

import requests
import socketio

from support.people import Person

PATIENCE = 5


class Listener:
    """One connected socket of a person (signed in or not). `heard` is [(event, data)]."""

    def __init__(self, person: Person, transports: tuple[str, ...] = ("websocket",), **headers: str) -> None:
        self.heard: list[tuple[str, dict]] = []
        self._news = threading.Condition()
        self._http = requests.Session()
        self._http.trust_env = False
        self._client = socketio.Client(
            reconnection=False,
            http_session=self._http,
            handle_sigint=False,
            websocket_extra_options={"suppress_origin": True},  # the only Origin is the one of `headers`
        )
        _keep_order(self._client)
        self._client.on("*", self._hear)
        self._client.on("disconnect", lambda *reason: self._hear("disconnect", {}))
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)
        sent = {"Accept-Language": person.http.headers["Accept-Language"], "Cookie": cookies}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        self._client.connect(
            person.server.url,
            headers={name: value for name, value in sent.items() if value},
            transports=list(transports),
            wait_timeout=PATIENCE,
        )
        self._websocket = self._client.eio.ws  # the client forgets it, unclosed, when the server hangs up

    def wait_for(self, event: str, timeout: float = PATIENCE, **expected) -> dict:
        """The first `event` whose data agrees with `expected`, waiting for it."""
        deadline = time.monotonic() + timeout
        with self._news:
            while True:
                for name, data in self.heard:
                    if name == event and all(data.get(key) == value for key, value in expected.items()):
                        return data
                left = deadline - time.monotonic()
                assert self._news.wait(left), f"never heard {event} {expected}; heard {self.heard}"

    def wait_for_change(self, revision: int, timeout: float = PATIENCE) -> dict:
        return self.wait_for("change", timeout, revision=revision)

    def changes(self) -> list[dict]:
        return [data for event, data in self.heard if event == "change"]

    def notifications(self, kind: str | None = None) -> list[dict]:
        told = [data for event, data in self.heard if event == "notification"]
        return [data for data in told if kind is None or data.get("kind") == kind]

    def emit(self, event: str, data: object) -> None:
        self._client.emit(event, data)

    @property
    def connected(self) -> bool:
        return self._client.connected

    def close(self) -> None:
        """As a tab is closed. (The client's own goodbye over a websocket may take 3 s: two threads read the answer.)"""
        reading = self._client.eio.read_loop_task
        if not self._client.connected:
            pass
        elif self._client.transport() == "websocket":
            self._websocket.sock.shutdown(socket.SHUT_RDWR)
        else:
            self._client.disconnect()
        if reading:
            reading.join(PATIENCE)
        if self._websocket:
            self._websocket.shutdown()
        self._http.close()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def _hear(self, event: str, data: dict) -> None:
        with self._news:
            self.heard.append((event, data))
            self._news.notify_all()


def _keep_order(client: socketio.Client) -> None:
    """The client hands each message to a thread of its own, and what came second may be written down first."""
    trigger = client.eio._trigger_event
    client.eio._trigger_event = lambda event, *args, **how: trigger(event, *args, **{**how, "run_async": False})
