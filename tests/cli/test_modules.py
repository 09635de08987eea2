"""The source of the command line: small modules for Python 3.8, standard library alone, no import cycles."""

import ast
import sys

import pytest

from support.server import ROOT

PACKAGE = ROOT / "cli" / "loadzone_cli"
MODULES = {f"loadzone_cli.{path.stem}": path for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
FILES = {"__main__": ROOT / "cli" / "__main__.py", "loadzone_cli": PACKAGE / "__init__.py", **MODULES}
OLDEST = (3, 8)


def tree_of(module):
    return ast.parse(FILES[module].read_text(encoding="utf-8"), feature_version=OLDEST)


def imports(module):
    """Yield the imported modules; for `from loadzone_cli import x` with a module x, loadzone_cli.x."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in inner)


def own_imports(module):
    return {name for name in imports(module) if name.split(".")[0] == "loadzone_cli"}


@pytest.mark.parametrize("module", sorted(FILES))
def test_python_3_8_reads_it(module):
    """Checks the grammar. Ruff checks the rest (per-file-target-version in pyproject.toml)."""
    assert tree_of(module).body


@pytest.mark.parametrize("module", sorted(FILES))
def test_it_needs_the_standard_library_alone(module):
    others = {name.split(".")[0] for name in imports(module)} - {"loadzone_cli"}
    assert others <= set(sys.stdlib_module_names)
    assert own_imports(module) <= FILES.keys()


@pytest.mark.parametrize("module", sorted(FILES))
def test_it_is_short(module):
    assert len(FILES[module].read_text(encoding="utf-8").splitlines()) < 250


@pytest.mark.parametrize("module", sorted(FILES))
def test_it_uses_nothing_private_of_another(module):
    """Names that begin with an underscore may change with every Python version, and in our own modules too."""
    private = []
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and not is_self(node.value):
            private.append(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            private += [alias.name for alias in node.names if is_private(alias.name)]
    assert private == []


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def is_self(node):
    return isinstance(node, ast.Name) and node.id == "self"


def test_imports_form_no_cycle():
    done = set()

    def walk(module, path):
        assert module not in path, f"a cycle: {[*path, module]}"
        if module not in done:
            for name in own_imports(module):
                walk(name, [*path, module])
            done.add(module)

    walk("__main__", [])
    assert done == set(FILES), "every module is imported"
