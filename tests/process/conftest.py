"""What tests of the process itself share."""

import pytest

from support.server import Server


@pytest.fixture
def from_nothing(monkeypatch):
    """Servers start as an operator starts them, with all their imports."""
    monkeypatch.setattr(Server, "warm", False)
