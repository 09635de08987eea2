"""The vendored socket.io client of the page has a protocol version that the server supports.

These tests compare declared versions. The browser tests show that both work together.
"""

import json
import re
from importlib.metadata import version

import pytest

from support.server import ROOT

VENDOR = ROOT / "static" / "vendor"


@pytest.fixture
def client() -> str:
    [file] = VENDOR.glob("socket.io*.js")
    return file.read_text(encoding="utf-8")


def test_the_client_has_a_version_that_the_server_supports(client):
    """python-socketio 5 supports the JavaScript clients 3 and 4: Socket.IO protocol 5, Engine.IO protocol 4."""
    assert version("python-socketio").split(".")[0] == "5"
    assert re.search(r"Socket\.IO v(\d+)\.", client).group(1) == "4"
    assert re.search(r"\.EIO=(\d+)", client).group(1) == "4"
    assert re.search(r"\{__proto__:null,protocol:(\d+)", client).group(1) == "5"


def test_the_server_opens_a_session_for_the_clients_protocol_version(client, charlie):
    protocol = re.search(r"\.EIO=(\d+)", client).group(1)
    answer = charlie.get(f"/socket.io/?EIO={protocol}&transport=polling")
    assert answer.status_code == 200
    opened = json.loads(answer.text.removeprefix("0"))
    assert "websocket" in opened["upgrades"]


def test_every_vendored_file_is_listed_with_version_and_licence():
    notes = (VENDOR / "README.md").read_text(encoding="utf-8")
    for file in VENDOR.iterdir():
        assert file.name in notes or file.name == "README.md"
    for script in VENDOR.glob("*.js"):
        [row] = [line for line in notes.splitlines() if line.startswith(f"| `{script.name}`")]
        assert re.search(r"\d+\.\d+", row)
        assert re.search(r"\bMIT\b|\bApache\b|\bBSD\b|\bISC\b", row)


def test_the_client_loads_nothing_from_other_hosts(client):
    assert "sourceMappingURL" not in client
    assert re.findall(r"""(?:import|from)\s*["']https?:""", client) == []
