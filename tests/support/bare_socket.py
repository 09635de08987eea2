"""A Socket.IO client without a client library: hundreds of them fit into one thread.

Each client of the library would bring its own threads. This one keeps the board as a page does: it fetches the board
once connected, applies each change, and fetches the board again if a change is missing.
"""

import json
from collections.abc import Callable

import websocket

from support.people import Person
from support.waiting import eventually


class BareSocket:
    """One connection of a person, and the board as this client knows it; `on_change` is called with each change.

    Raises OSError, WebSocketException or RequestException, here and in `read`, if the server is away.
    """

    def __init__(self, person: Person, on_change: Callable[[dict], None] = lambda change: None) -> None:
        self._person = person
        self._on_change = on_change
        self.revision = -1
        self.gaps = 0  # changes that were missing, so that it had to fetch the board again
        self.vms: dict[str, dict] = {}
        self._seen: dict[str, str] = {}  # of several nodes: from which commit on this one tells of changes
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
        response = self._person.get("/vms", **self._seen)
        response.raise_for_status()
        state = response.json()
        self.revision, self.vms = state["revision"], {vm["id"]: vm for vm in state["vms"]}

    def read(self) -> None:
        """Wait for one message and apply it."""
        text = self._receive()
        self._answer(text)
        if text.startswith('42["change",'):
            self._apply(json.loads(text[2:])[1])

    def close(self) -> None:
        """Cut the connection without a closing handshake."""
        self._ws.shutdown()

    def _join(self) -> None:
        """Connect to the namespace; changes sent before the server confirms it are in the board fetched afterwards."""
        self._receive()
        self._ws.send("40")
        while not (text := self._receive()).startswith("40"):
            if text.startswith("44"):
                raise websocket.WebSocketException(f"refused: {text}")
            self._answer(text)
            if text.startswith('42["seen",'):
                self._seen = {"LoadZone_Seen": str(json.loads(text[2:])[1]["sequence"])}

    def _answer(self, text: str) -> None:
        if text == "2":
            self._ws.send("3")

    def _receive(self) -> str:
        text = self._ws.recv()
        if not text:
            raise websocket.WebSocketConnectionClosedException("closed")
        return text

    def _apply(self, change: dict) -> None:
        self._on_change(change)
        if change["revision"] <= self.revision:
            return
        if change.get("all"):  # it says that everything may have changed, and not what
            eventually(lambda: self.fetch() or self.revision >= change["revision"])  # another node may answer
        elif change["revision"] > self.revision + 1:
            self.gaps += 1
            self.fetch()
        else:
            self.revision = change["revision"]
            self.vms |= {vm["id"]: vm for vm in change["vms"]}
