"""The shape of the house where import-linter cannot look: no circles, no clock in the rules, nobody imports the top."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = {path.stem: path for path in ROOT.glob("*.py")}
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "loadzone").rglob("*.py")
}
PURE = sorted(name for name in MODULES if name.startswith(("loadzone.domain", "loadzone.rules")))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", PURE)
def test_domain_and_rules_know_no_framework_no_file_no_clock(module):
    text = MODULES[module].read_text(encoding="utf-8")
    assert not {"flask", "os", "time", "pathlib", "random", "secrets"} & set(imports(MODULES[module]))
    assert ".now(" not in text
    assert "utcnow" not in text


def test_nobody_imports_app():
    """But `loadzone/__main__.py`, which serves an installed LoadZone."""
    others = [path for name, path in (MODULES | TOP).items() if name not in ("app", "loadzone.__main__")]
    assert [path for path in others if "app" in imports(path)] == []


def test_there_is_no_way_back():
    """The imports of our modules form no circle."""
    ours = MODULES | TOP
    graph = {name: {found for found in imports(path) if found in ours} - {name} for name, path in ours.items()}
    seen = set()

    def walk(module, path):
        assert module not in path, f"a circle: {[*path, module]}"
        if module not in seen:
            for name in graph[module]:
                walk(name, [*path, module])
            seen.add(module)

    for module in ours:
        walk(module, [])
