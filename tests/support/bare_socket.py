"""A socket without a client library: hundreds fit into one thread, where each full client would bring threads along.

It keeps the board as a page does: fetches it once connected, applies what it hears, fetches again where one is missing.
"""

import json
from collections.abc import Callable

import websocket

from support.people import Person


class BareSocket:
    """One connection of a person's, and the board as it knows it; `hear` is called with each change.

    Raises OSError, WebSocketException or RequestException, here and in `read`, where the server is away.
    """

    def __init__(self, person: Person, hear: Callable[[dict], None] = lambda change: None) -> None:
        self._person = person
        self._hear = hear
        self.revision = -1
        self.vms: dict[str, dict] = {}
        url = person.server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)
        self._ws = websocket.create_connection(url, timeout=10, cookie=cookies, suppress_origin=True)
        try:
            self._join()
            self.fetch()
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        return self._ws.sock.fileno()

    def fetch(self) -> None:
        state = self._person.get("/vms").json()
        self.revision, self.vms = state["revision"], {vm["id"]: vm for vm in state["vms"]}

    def read(self) -> None:
        """Take in one message, waiting for it."""
        text = self._receive()
        self._answer(text)
        if text.startswith('42["change",'):
            self._take(json.loads(text[2:])[1])

    def close(self) -> None:
        """As a cable is cut: without a goodbye."""
        self._ws.shutdown()

    def _join(self) -> None:
        """What is told before the server has said that one is in, is in the board that is fetched after it."""
        self._receive()
        self._ws.send("40")
        while not (text := self._receive()).startswith("40"):
            if text.startswith("44"):
                raise websocket.WebSocketException(f"not let in: {text}")
            self._answer(text)

    def _answer(self, text: str) -> None:
        if text == "2":
            self._ws.send("3")

    def _receive(self) -> str:
        text = self._ws.recv()
        if not text:
            raise websocket.WebSocketConnectionClosedException("closed")
        return text

    def _take(self, change: dict) -> None:
        self._hear(change)
        if change["revision"] > self.revision + 1:
            self.fetch()
        elif change["revision"] == self.revision + 1:
            self.revision = change["revision"]
            self.vms |= {vm["id"]: vm for vm in change["vms"]}
