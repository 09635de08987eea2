"""LoadZone relies on private and undocumented parts of other libraries. Each is asked for, so that an upgrade that
changes one fails here with a sentence. docs/upgrading.md says what each of them is needed for."""

import ast
import re

import pytest
from gevent import pywsgi

from support.internals import (  # noqa: F401
    data_parts,
    engineio_parts,
    gevent_parts,
    psycopg_parts,
    pywsgi_parts,
    socketio_parts,
    sqlalchemy_parts,
    web_parts,
)
from support.internals.registry import CHECKS
from support.server import ROOT

PAGE = ROOT / "docs" / "upgrading.md"
# The parts by their keys: "- **`key`** …", up to the next part, paragraph or heading.
PARTS = dict(
    re.findall(r"^- \*\*`(.+?)`\*\*(.+?)(?=^- |^$|^#|\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
)


def ask_for(key: str) -> None:
    try:
        CHECKS[key]()
    except (Exception, pytest.fail.Exception) as error:
        needed_for = " ".join(PARTS.get(key, "").split()).strip(":. ")
        raise AssertionError(f"{key} is gone or has changed. docs/upgrading.md says of it: {needed_for}.") from error


@pytest.mark.parametrize("key", CHECKS)
def test_the_library_still_has_it(key):
    ask_for(key)


def test_the_page_lists_what_is_asked_for():
    assert sorted(PARTS) == sorted(CHECKS)


def test_a_missing_part_fails_with_what_it_is_needed_for(monkeypatch):
    monkeypatch.delattr(pywsgi, "MAX_REQUEST_LINE")
    with pytest.raises(AssertionError, match=r"MAX_REQUEST_LINE is gone .* docs/upgrading\.md says of it: .*414"):
        ask_for("pywsgi.MAX_REQUEST_LINE")


def test_no_other_private_names_are_used():
    """Look for private attributes of anything but `self`, which no class of ours has."""
    files = [*ROOT.glob("*.py"), *(ROOT / "loadzone").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    private = [node for node in nodes if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr)]
    of_others = {node.attr for node in private if ast.unparse(node.value) not in ("self", "cls")}
    ours = {
        node.attr for node in private if ast.unparse(node) == f"self.{node.attr}" and isinstance(node.ctx, ast.Store)
    }
    assert "_async" in of_others
    assert of_others - ours <= set(re.findall(r"_[a-z]\w+", " ".join(PARTS)))
