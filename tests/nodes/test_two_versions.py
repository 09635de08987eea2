"""During an upgrade nodes of two versions stand behind one balancer."""

import re
import shutil

import pytest
import requests

from support.nginx import nginx_of_nodes
from support.ports import free_port
from support.server import ROOT
from support.waiting import eventually

IGNORED = shutil.ignore_patterns(".*", "instance", "tests", "__pycache__", "node_modules")


@pytest.fixture
def newer(tmp_path, start_node):
    """Return a node whose page has another script."""
    folder = tmp_path / "newer"
    shutil.copytree(ROOT, folder, ignore=IGNORED)
    with (folder / "static" / "main.js").open("a", encoding="utf-8") as script:
        script.write("// newer\n")
    return start_node(root=folder)


def test_each_page_gets_the_scripts_of_its_own_version(server, newer, tmp_path):
    """Open pages until both versions came: nginx chooses a node for each, and mostly takes few tries."""
    port, versions = free_port(), []

    def both_came():
        page = requests.get(f"http://127.0.0.1:{port}/").text
        [script] = set(re.findall(r"/static/\w+/page\.js", page))
        versions.append(script)
        assert requests.get(f"http://127.0.0.1:{port}{script}").status_code == 200
        return len(versions) >= 20 and len(set(versions)) == 2

    with nginx_of_nodes(tmp_path, port, (server.port, newer.port, newer.port)):
        eventually(both_came)
