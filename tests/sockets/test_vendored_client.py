"""The browser's socket.io client is vendored: it must speak the protocol that the server speaks.

That the two understand each other in a browser is shown by the browser's tests; here it is their declared versions.
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


def test_it_is_of_a_version_that_the_server_is_made_for(client):
    """python-socketio 5 serves the JavaScript clients 3 and 4: revision 5 of the protocol, 4 of Engine.IO's."""
    assert version("python-socketio").split(".")[0] == "5"
    assert re.search(r"Socket\.IO v(\d+)\.", client).group(1) == "4"
    assert re.search(r"\.EIO=(\d+)", client).group(1) == "4"
    assert re.search(r"\{__proto__:null,protocol:(\d+)", client).group(1) == "5"


def test_the_server_opens_a_session_for_the_version_that_the_client_names(client, charlie):
    asked = re.search(r"\.EIO=(\d+)", client).group(1)
    answer = charlie.get(f"/socket.io/?EIO={asked}&transport=polling")
    assert answer.status_code == 200
    opened = json.loads(answer.text.removeprefix("0"))
    assert "websocket" in opened["upgrades"]


def test_every_vendored_file_is_noted_with_version_and_licence():
    notes = (VENDOR / "README.md").read_text(encoding="utf-8")
    for file in VENDOR.iterdir():
        assert file.name in notes or file.name == "README.md"
    for script in VENDOR.glob("*.js"):
        [row] = [line for line in notes.splitlines() if line.startswith(f"| `{script.name}`")]
        assert re.search(r"\d+\.\d+", row)
        assert re.search(r"\bMIT\b|\bApache\b|\bBSD\b|\bISC\b", row)


def test_it_fetches_nothing_from_elsewhere(client):
    assert "sourceMappingURL" not in client
    assert re.findall(r"""(?:import|from)\s*["']https?:""", client) == []
