"""Fixtures for tests of the server process."""

import pytest

from support.server import Server


@pytest.fixture
def cold_start(monkeypatch):
    """Start servers as an operator does, with all their imports, and not forked from a warm process."""
    monkeypatch.setattr(Server, "warm", False)
