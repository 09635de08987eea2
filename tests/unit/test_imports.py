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


def test_no_module_imports_app():
    others = [*MODULES.values(), *(path for name, path in TOP.items() if name != "app")]
    assert [path for path in others if "app" in imports(path)] == []


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
