"""Who may import whom: the law, the store, the settings and the words know nothing of the rest; nobody imports app."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = {f"rules.{path.stem}" for path in (ROOT / "rules").glob("*.py")} | {"rules"}
OURS = {path.stem for path in ROOT.glob("*.py")} | RULES
MAY_IMPORT = {
    "records": set(),
    "times": set(),
    "config": set(),
    "i18n": set(),
    "lines": set(),
    "durable": set(),
    "backups": {"durable"},
    "keys": set(),
    "digests": set(),
    "change": {"records"},
    "mending": {"records"},
    "fields": {"records", "times"},
    "datafile": {"digests", "fields", "mending", "records"},
    "filetext": {"lines", "records"},
    "storage": {"change", "datafile", "durable", "fields", "filetext", "records"},
    **{rule: {"records", *RULES} for rule in RULES},
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_of(module):
    path = ROOT / (module.replace(".", "/") + ".py")
    return path if path.exists() else ROOT / module / "__init__.py"


@pytest.mark.parametrize("module", sorted(MAY_IMPORT))
def test_it_imports_nothing_of_ours_but(module):
    assert {name for name in imports(file_of(module)) if name in OURS} <= MAY_IMPORT[module]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rules_know_no_framework_no_file_no_clock(rule):
    text = file_of(rule).read_text(encoding="utf-8")
    assert not {"flask", "os", "time", "pathlib", "random", "secrets"} & set(imports(file_of(rule)))
    assert ".now(" not in text
    assert "utcnow" not in text


def test_nobody_imports_app():
    assert [module for module in OURS - {"app"} if "app" in imports(file_of(module))] == []


def test_there_is_no_way_back():
    """The imports of our modules form no circle."""
    graph = {module: {name for name in imports(file_of(module)) if name in OURS} for module in OURS}
    seen = set()

    def walk(module, path):
        assert module not in path, f"a circle: {[*path, module]}"
        if module not in seen:
            for name in graph[module]:
                walk(name, [*path, module])
            seen.add(module)

    for module in OURS:
        walk(module, [])
