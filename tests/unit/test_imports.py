"""Import rules that import-linter does not check: no cycles, no clock in domain and rules, no import of app."""

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


def test_no_module_imports_the_top_level():
    """Only `loadzone/__main__.py` does, which serves an installed LoadZone; and app imports the others."""
    below = {name: path for name, path in MODULES.items() if name != "loadzone.__main__"}
    assert [name for name, path in below.items() if set(TOP) & set(imports(path))] == []
    assert [name for name, path in TOP.items() if name != "app" and "app" in imports(path)] == []


def test_imports_form_no_cycle():
    modules = MODULES | TOP
    graph = {name: {found for found in imports(path) if found in modules} - {name} for name, path in modules.items()}
    seen = set()

    def walk(module, path):
        assert module not in path, f"a cycle: {[*path, module]}"
        if module not in seen:
            for name in graph[module]:
                walk(name, [*path, module])
            seen.add(module)

    for module in modules:
        walk(module, [])
