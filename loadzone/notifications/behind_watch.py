"""Tells sockets that this node may be behind the others, and cuts them when it was so for too long."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from loadzone.domain.certainty import is_cut_off, may_be_behind
from loadzone.notifications.broadcaster import Rooms
from loadzone.schemas.serializers import MEMBERS, STRANGERS

log = logging.getLogger("loadzone.broadcaster")

LOOK_SECONDS = 0.25
LOOKS_A_TELLING = 4  # again and again, for sockets that come meanwhile


class BehindWatch:
    """Looks at how far this node may be behind: `behind_at_most()`, in seconds."""

    def __init__(self, rooms: Rooms, behind_at_most: Callable[[], float]) -> None:
        self._rooms = rooms
        self._behind_at_most = behind_at_most
        self._looks = 0  # since it may be behind
        self._is_stopped = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        self._rooms.start(self._run)

    def stop(self) -> None:
        """Look no more."""
        self._is_stopped.set()

    def look(self) -> None:
        """Tell or cut the sockets, if that is due."""
        seconds = self._behind_at_most()
        if is_cut_off(seconds):
            self._rooms.disconnect_all()  # at each look: some may just have come
            self._looks = 0
        elif may_be_behind(seconds):
            if self._looks % LOOKS_A_TELLING == 0:
                self._tell(int(seconds))
            self._looks += 1
        elif self._looks:
            self._looks = 0
            self._tell(0)

    def _tell(self, seconds: int) -> None:
        for room in (MEMBERS, STRANGERS):
            self._rooms.send(room, "behind", lambda: {"seconds": seconds})

    def _run(self) -> None:
        while not self._is_stopped.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:  # the next look may go well, and sockets are never cut without one
                log.exception("sockets could not be told whether this node is behind")
