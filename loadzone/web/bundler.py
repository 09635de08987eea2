"""The page's modules joined into two files, for the first paint and for later, and its stylesheets into one.

The joined files do what the single ones do: each module keeps a scope of its own, and is there once. With each comes a
source map, by which a debugger shows the single files under their own names, line by line.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import orjson

# What a module of this page may import and export; anything else is refused at the start.
IMPORT = re.compile(r'^import (\{[^}]*\}) from "([^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
LATE = re.compile(r'\bimport\("\./(?=\w+\.js"\))')
OTHERWISE = re.compile(r'^(?:import|export)\b.*|\bimport(?:\.|\((?!"\./page\.))', re.MULTILINE)
SHEET = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
# Whole lines only: such a line is never text in a template (tests/unit/test_bundler.py).
COMMENT = re.compile(r"^[ \t]*(?://.*|/\*[\s\S]*?\*/[ \t]*)$", re.MULTILINE)

Joined = tuple[str, bytes]  # the text, and its map


def join_modules(sources: Mapping[str, str], entry: str, name: str, base: tuple[str, str] | None = None) -> Joined:
    """The module `entry` with all that it imports, to be served as `name`. Files of vendor/ stay on their own.

    `base`: the entry and the name of the file that is there before; its modules are taken from it. What is imported by
    a call of import("./x.js") is expected under the name page.x.js.
    """
    there: list[str] = []
    lines = []
    if base:
        _visit(sources, base[0], [], there, {})
        lines.append(f'import {{ {", ".join(map(_scope, there))} }} from "./{base[1]}";')
    order, vendored = list(there), {}
    _visit(sources, entry, [], order, vendored)
    own = order[len(there) :]
    lines += [f'import * as {scope} from "./{path}";' for path, scope in vendored.items()]
    parts = [(path, *_in_a_scope(path, sources[path])) for path in own]
    names = ", ".join(EXPORT.findall(sources[entry]))
    gives = [f"export {{ {', '.join(map(_scope, own))} }};", f"export const {{ {names} }} = {_scope(entry)};"]
    return _assemble(lines, parts, [*gives, f"//# sourceMappingURL={name}.map"])


def join_sheets(sources: Mapping[str, str], entry: str, name: str) -> Joined:
    """The stylesheet `entry`, which is a list of imports, with each sheet in the place of its import."""
    parts = [(path, "", _without_comments(sources[path]), "") for path in SHEET.findall(sources[entry])]
    return _assemble([], parts, [f"/*# sourceMappingURL={name}.map */"])


def _visit(sources: Mapping[str, str], path: str, above: list[str], order: list[str], vendored: dict[str, str]) -> None:
    """What a module imports comes before it, as the language has it."""
    if path in above:
        raise ValueError(f"modules import each other in a circle: {' → '.join([*above, path])}")
    if path in order:
        return
    for _, target in IMPORT.findall(sources[path]):
        imported = _resolved(path, target)
        if imported.startswith("vendor/"):
            vendored[imported] = _scope(imported)
        else:
            _visit(sources, imported, [*above, path], order, vendored)
    order.append(path)


def _in_a_scope(path: str, source: str) -> tuple[str, str, str]:
    """What stands before the module, the module with as many lines as it had, and what stands after it."""
    names = EXPORT.findall(source)
    body = IMPORT.sub(lambda found: _taken_from(_scope(_resolved(path, found[2])), found[1]), _without_comments(source))
    body = LATE.sub('import("./page.', EXPORT.sub("", body))
    if other := OTHERWISE.search(body):
        raise ValueError(f"{path}: cannot be joined with the others because of: {other[0]}")
    return f"const {_scope(path)} = (() => {{", body, f"return {{ {', '.join(names)} }};\n}})();"


def _taken_from(scope: str, names: str) -> str:
    return f"const {names.replace(' as ', ': ')} = {scope};"


def _scope(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))


def _resolved(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _without_comments(source: str) -> str:
    """Their lines stay, empty: the map relies on it."""
    return COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)


def _assemble(lines: list[str], parts: list[tuple[str, str, str, str]], end: list[str]) -> Joined:
    sections = []
    for path, before, body, after in parts:
        lines += [before] if before else []
        inner = body.rstrip("\n").split("\n")
        sections.append({"offset": {"line": len(lines), "column": 0}, "map": _line_by_line(path, len(inner))})
        lines += inner + (after.split("\n") if after else [])
    return "\n".join([*lines, *end, ""]), orjson.dumps({"version": 3, "sections": sections})


def _line_by_line(path: str, count: int) -> dict[str, object]:
    """The map of a file that is there line for line: each starts where the one before it did, one line further."""
    return {"version": 3, "sources": [path], "names": [], "mappings": ";".join(["AAAA"] + ["AACA"] * (count - 1))}
