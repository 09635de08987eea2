"""The facts that the health check tells of this process as one of several nodes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from loadzone.domain.leadership import Leadership
from loadzone.schemas.responses import NodeHealth


@dataclass(frozen=True, slots=True)
class Node:
    """This process, which serves on the port and shares its state with others.

    `behind_at_most()`: seconds since it was last certain to know all commits.
    """

    port: int
    leadership: Leadership
    behind_at_most: Callable[[], float]

    def health(self) -> NodeHealth:
        """Return its name, whether it leads, and by how much it may be behind."""
        return {
            "node": f"{socket.gethostname()}:{self.port}",
            "leader": self.leadership.leads,
            "lag": round(self.behind_at_most(), 3),
        }
