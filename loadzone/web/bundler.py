"""Bundles the page's modules and stylesheets: one file of each for the first paint, and others that it loads later.

A bundle does what its modules do: each is run once and keeps a scope of its own. With each bundle comes a source map,
so that debuggers show the modules under their own names, line by line.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import NamedTuple

import orjson

# The forms of import and export that modules of this page may use. Others are refused when the server starts.
IMPORT = re.compile(r'^import (\{[^}]*\}) from "([^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
DYNAMIC_IMPORT = re.compile(r'\bimport\("\./(?=\w+\.js"\))')
LATER = re.compile(r'\bimport\("\./page\.(\w+\.js)"\)')
UNSUPPORTED = re.compile(r'^(?:import|export)\b.*|\bimport(?:\.|\((?!"\./page\.))', re.MULTILINE)
SHEET = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
# Whole lines only: such a line is never text in a template (tests/unit/test_bundler.py).
COMMENT = re.compile(r"^[ \t]*(?://.*|/\*[\s\S]*?\*/[ \t]*)$", re.MULTILINE)


class Bundle(NamedTuple):
    """A bundle and its source map."""

    text: str
    source_map: bytes


class Part(NamedTuple):
    """A file in a bundle. `body` has the lines of the file at `path`, one for one."""

    path: str
    before: str
    body: str
    after: str


def bundles_of(sources: Mapping[str, str]) -> dict[str, Bundle]:
    """Return the bundles by name: page.js and page.css of main.js and main.css, and those that are loaded later.

    Each module that page.js imports with import("./x.js") gives page.x.js; each other stylesheet that has imports, one
    of its own name.
    """
    page = join_modules(sources, "main.js", "page.js")
    base = ("main.js", "page.js")
    later = sorted(set(LATER.findall(page.text)))
    modules = {f"page.{name}": join_modules(sources, name, f"page.{name}", base) for name in later}
    entries = [path for path, source in sources.items() if path.endswith(".css") and SHEET.search(source)]
    names = {path: "page.css" if path == "main.css" else path for path in entries}
    sheets = {name: join_sheets(sources, path, name) for path, name in names.items()}
    return {"page.js": page, **modules, **sheets}


def join_modules(sources: Mapping[str, str], entry: str, name: str, base: tuple[str, str] | None = None) -> Bundle:
    """Return the module `entry` with all its imports, to be served as `name`. Files of vendor/ are not included.

    `base` is the entry and the name of a bundle that is loaded before; modules in it are imported from there. For a
    call of import("./x.js"), a bundle page.x.js must exist. Raises ValueError for circular imports and for forms of
    import and export that are not supported.
    """
    loaded: list[str] = []
    head = []
    if base:
        _collect(sources, base[0], [], loaded, {})
        head.append(f'import {{ {", ".join(map(_variable, loaded))} }} from "./{base[1]}";')
    order = list(loaded)
    vendored: dict[str, str] = {}
    _collect(sources, entry, [], order, vendored)
    own = order[len(loaded) :]
    head += [f'import * as {variable} from "./{path}";' for path, variable in vendored.items()]
    parts = [_wrapped(path, sources[path]) for path in own]
    names = ", ".join(EXPORT.findall(sources[entry]))
    exports = [f"export {{ {', '.join(map(_variable, own))} }};", f"export const {{ {names} }} = {_variable(entry)};"]
    return _assemble(head, parts, [*exports, f"//# sourceMappingURL={name}.map"])


def join_sheets(sources: Mapping[str, str], entry: str, name: str) -> Bundle:
    """Return the stylesheet `entry`, which only imports others, with each sheet in the place of its import."""
    parts = [Part(path, "", _without_comments(sources[path]), "") for path in SHEET.findall(sources[entry])]
    return _assemble([], parts, [f"/*# sourceMappingURL={name}.map */"])


def _collect(
    sources: Mapping[str, str], path: str, importers: list[str], order: list[str], vendored: dict[str, str]
) -> None:
    """Append the module to `order`, after all modules that it imports, as browsers run them."""
    if path in importers:
        raise ValueError(f"modules import each other in a circle: {' → '.join([*importers, path])}")
    if path in order:
        return
    for _, target in IMPORT.findall(sources[path]):
        imported = _resolved(path, target)
        if imported.startswith("vendor/"):
            vendored[imported] = _variable(imported)
        else:
            _collect(sources, imported, [*importers, path], order, vendored)
    order.append(path)


def _wrapped(path: str, source: str) -> Part:
    """Return the module as a function that runs at once and returns its exports."""
    names = EXPORT.findall(source)
    body = IMPORT.sub(lambda found: _destructured(_resolved(path, found[2]), found[1]), _without_comments(source))
    body = DYNAMIC_IMPORT.sub('import("./page.', EXPORT.sub("", body))
    if unsupported := UNSUPPORTED.search(body):
        raise ValueError(
            f"{path}: cannot be joined, since this form of import or export is not supported: {unsupported[0]}"
        )
    return Part(path, f"const {_variable(path)} = (() => {{", body, f"return {{ {', '.join(names)} }};\n}})();")


def _destructured(path: str, names: str) -> str:
    return f"const {names.replace(' as ', ': ')} = {_variable(path)};"


def _variable(path: str) -> str:
    """Return the name of the variable with the exports of the module."""
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))


def _resolved(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _without_comments(source: str) -> str:
    """Return the source with its comments emptied. Their lines stay, since the source map counts lines."""
    return COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)


def _assemble(head: list[str], parts: list[Part], end: list[str]) -> Bundle:
    lines, sections = list(head), []
    for part in parts:
        lines += [part.before] if part.before else []
        body = part.body.rstrip("\n").split("\n")
        sections.append({"offset": {"line": len(lines), "column": 0}, "map": _identity_map(part.path, len(body))})
        lines += body + (part.after.split("\n") if part.after else [])
    return Bundle("\n".join([*lines, *end, ""]), orjson.dumps({"version": 3, "sections": sections}))


def _identity_map(path: str, count: int) -> dict[str, object]:
    """Return the source map of a file whose lines are unchanged: each maps to the line after that of the one before."""
    return {"version": 3, "sources": [path], "names": [], "mappings": ";".join(["AAAA"] + ["AACA"] * (count - 1))}
