"""The page uses nothing that a promised browser lacks, by MDN's data. See compat/lint.mjs."""

import subprocess
from pathlib import Path

from support.server import ROOT

LINT = Path(__file__).parent / "compat" / "lint.mjs"

TOO_NEW = {
    "static/colours.css": {
        "a { color: light-dark(red, blue); }": "light-dark()",
        "a { background: color-mix(in srgb, red 10%, blue); }": "color-mix()",
        "a { --rows: round(up, 3, 2); }": "round()",
        "a:has(b) { top: 0; }": ":has",
        "a:popover-open { top: 0; }": ":popover-open",
        "a { b & { top: 0; } }": "nesting",
        "a { grid-template-rows: subgrid; }": "grid-template-rows: subgrid",
        "a { position-anchor: --b; }": "position-anchor",
        "a { top: var(--b); color: red; color: light-dark(red, var(--b)); }": "light-dark()",
        "@starting-style { a { top: 0; } }": "@starting-style",
        # With a fallback:
        '@supports (position-anchor: --b) { a { position-anchor: --b; } } a { content: "x"; content: "x" / ""; }': None,
    },
    "static/calls.js": {
        "export const shown = (node) => node.checkVisibility();": ".checkVisibility",
        "document.body.hidePopover();": "HTMLElement.hidePopover",
        "new URLSearchParams(location.search).size;": "URLSearchParams.size",
        "[1].toSorted();": "Array.toSorted",
        "Promise.withResolvers();": "Promise.withResolvers",
        "new Map().values().map(String);": "Iterator.map",
        'Object.assign(document.body, { ariaLabel: "a" });': "Element.ariaLabel",
        "document.body.append(`<p popover>`);": "<p popover>",
        "new Map().size; [1].at(0); structuredClone({}); document.body.dataset.actions;": None,
    },
    "static/syntax.js": {"export const set = /[a--b]/v;": "Invalid regular expression flag (1:20)"},
    "static/browser_check.js": {"const modern = true;": "The keyword 'const' is reserved (1:0)"},
    "templates/index.html": {'<dialog closedby="any"></dialog>': "<dialog closedby>"},
}


def test_the_page_uses_nothing_that_a_promised_browser_lacks():
    assert lint(ROOT / "static", ROOT / "templates") == []


def test_what_is_too_new_is_found(tmp_path):
    for name, lines in TOO_NEW.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("\n".join(lines))
    found = [
        line.removeprefix(f"{tmp_path}/").split(": ", 1) for line in lint(tmp_path / "static", tmp_path / "templates")
    ]
    expected = {
        (f"{name}:{number}", feature)
        for name, lines in TOO_NEW.items()
        for number, feature in enumerate(lines.values(), 1)
        if feature
    }
    assert {(place, text.split(" is not in ")[0]) for place, text in found} == expected


def lint(static: Path, templates: Path) -> list[str]:
    run = subprocess.run(["node", LINT, static, templates], cwd="/", capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    assert bool(run.returncode) is bool(run.stdout), run.stderr
    return [f"/{line}" for line in run.stdout.splitlines()]
