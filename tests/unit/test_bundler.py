"""Bundles of the page's modules and style sheets: source maps, what is left out, what is refused."""

import json
import re
from pathlib import Path

import pytest

from loadzone.web import bundler

STATIC = Path(__file__).parents[2] / "static"
SOURCES = {
    path.relative_to(STATIC).as_posix(): path.read_text(encoding="utf-8")
    for path in STATIC.rglob("*")
    if path.suffix in (".js", ".css") and "vendor" not in path.parts
}
BUNDLES = bundler.bundles_of(SOURCES)
MAY_DIFFER = re.compile(r"^(?:import|export|const \{|\s*(?://|/\*|\*)|[^;]*\} from|.*\bimport\()")


@pytest.mark.parametrize("name", BUNDLES)
def test_the_map_leads_from_every_line_to_the_same_line_of_its_file(name):
    text, source_map = BUNDLES[name]
    lines = text.split("\n")
    sections = json.loads(source_map)["sections"]
    for section in sections:
        [path] = section["map"]["sources"]
        for number, mapping in enumerate(section["map"]["mappings"].split(";")):
            assert mapping == ("AACA" if number else "AAAA")
            original, bundled = SOURCES[path].split("\n")[number], lines[section["offset"]["line"] + number]
            assert bundled in (original, "") or MAY_DIFFER.match(original), (path, number)
    assert f"sourceMappingURL={name}.map" in lines[-2]


def test_every_module_and_every_sheet_of_the_page_is_in_a_bundle():
    loaded_alone = {"browser_check.js", "docs.js", "local_times.js", "send_once.js", "theme.js"}
    entries = {path for path, source in SOURCES.items() if path.endswith(".css") and "@import" in source}
    not_bundled = loaded_alone | entries | {"css/docs.css"}
    mapped = {
        path
        for _, source_map in BUNDLES.values()
        for section in json.loads(source_map)["sections"]
        for path in section["map"]["sources"]
    }
    assert set(SOURCES) - not_bundled == mapped


@pytest.mark.parametrize("path", sorted(path for path in SOURCES if path.endswith(".js")))
def test_no_line_that_begins_like_a_comment_is_text(path):
    """Bundles leave out such lines, so none may be part of a template."""
    text = re.sub(r"(?m)\s//.*$|^//.*$|/\*[\s\S]*?\*/", "", SOURCES[path])
    assert text.count("`") % 2 == 0
    for template in re.findall(r"`[^`]*`", SOURCES[path]):
        assert not bundler.COMMENT.search(template.split("\n", 1)[1]) if "\n" in template else True


def test_what_is_loaded_later_has_bundles_of_its_own():
    assert BUNDLES.keys() >= {"page.js", "page.css", "later.css"}
    for view in "usage", "history":
        assert {f"page.{view}_view.js", f"{view}.css"} <= BUNDLES.keys()
    for name, bundle in BUNDLES.items():
        assert name in ("page.js", "page.css") or ".dialog" not in BUNDLES["page.css"].text, name
        assert set(bundler.LATER.findall(bundle.text)) <= {one.removeprefix("page.") for one in BUNDLES}, name


MODULES = {
    "main.js": 'import { one as first } from "./a.js";\nfirst();\n',
    "a.js": "// says one\nexport function one() { return 1; }\n",
}


def test_a_module_keeps_its_own_scope_and_returns_its_exports():
    text, _ = bundler.join_modules(MODULES, "main.js", "page.js")
    assert text.startswith("const $a = (() => {\n\nfunction one() { return 1; }\nreturn { one };\n})();\n")
    assert "const { one: first } = $a;\nfirst();" in text


def test_a_later_bundle_imports_from_the_first_and_exports_its_own():
    late = {**MODULES, "main.js": 'import { one } from "./a.js";\none(() => import("./late.js"));\n'}
    late["late.js"] = 'import { one } from "./a.js";\nexport const two = one() + 1;\n'
    first, _ = bundler.join_modules(late, "main.js", "page.js")
    assert 'import("./page.late.js")' in first
    assert "export { $a, $main };" in first
    later, _ = bundler.join_modules(late, "late.js", "page.late.js", base=("main.js", "page.js"))
    assert later.startswith('import { $a, $main } from "./page.js";\nconst $late = (() => {\n')
    assert "function one" not in later
    assert "export const { two } = $late;" in later


@pytest.mark.parametrize(
    "source",
    [
        "export let one = 1;",
        "export default 1;",
        'import * as all from "./a.js";',
        'import "./a.js";',
        "const late = () => import(name);",
        "const here = import.meta.url;",
    ],
)
def test_syntax_that_cannot_be_bundled_is_refused(source):
    with pytest.raises(ValueError, match=r"^main\.js: cannot be joined"):
        bundler.join_modules({"main.js": source}, "main.js", "page.js")


def test_an_import_cycle_is_refused():
    cycle = {"main.js": 'import { a } from "./a.js";', "a.js": 'import { b } from "./main.js";\nexport const a = 1;'}
    with pytest.raises(ValueError, match=r"main\.js → a\.js → main\.js"):
        bundler.join_modules(cycle, "main.js", "page.js")
