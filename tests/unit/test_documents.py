"""Hold the documents true: sizes, links, settings and their defaults, calls, refusal codes, notification kinds."""

import ast
import re
from pathlib import Path

import pytest

from docs import write_events
from loadzone.config import Config
from loadzone.domain.events import EVENT_KINDS, Reach
from loadzone.web.errors import STATUS
from support.server import ROOT

ENGLISH, RUSSIAN = ROOT / "README.md", ROOT / "README.ru.md"
DOCUMENTS = [ENGLISH, RUSSIAN, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?:\]\(|(?:srcset|src)=\")([^)\"\s]+)")
# A row of a table whose first cell begins with a name in backticks, and optionally the second cell.
NAMED_ROW = re.compile(r"^\| `([A-Z_]+)` \|([^|]*)\|", re.MULTILINE)
# Defaults that are computed, as docs/settings.md words them.
COMPUTED = {
    "LOADZONE_DATA": "`instance/data.json`",
    "LOADZONE_SECRET_KEY": "made once, in `instance/secret_key`",
    "LOADZONE_BASE_URL": "`http://localhost:<port>`",
    "SMTP_FROM": "`SMTP_USER`",
    "SMTP_HELO": "host of `LOADZONE_BASE_URL`",
}


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    """Return the text without code blocks."""
    return CODE.sub("", path.read_text(encoding="utf-8"))


def anchors_of(path: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings."""
    titles = re.findall(r"^#+ (.+)$", prose_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def links_of(path: Path) -> list[str]:
    return [link for link in LINK.findall(prose_of(path)) if not link.startswith(("http:", "https:"))]


# The two READMEs


@pytest.mark.parametrize(("readme", "most"), [(ENGLISH, 8192), (RUSSIAN, 14_336)], ids=["English", "Russian"])
def test_a_readme_is_short(readme, most):
    assert readme.stat().st_size <= most


def test_the_readmes_have_the_same_sections_links_and_commands():
    def outline(path):
        headings = re.findall(r"^(#+) ", prose_of(path), re.MULTILINE)
        links = [link for link in links_of(path) if not link.startswith("README")]
        commands = [re.sub(r"<[^>]*>|#.*", "", block) for block in CODE.findall(path.read_text(encoding="utf-8"))]
        return headings, links, commands

    english, russian = outline(ENGLISH), outline(RUSSIAN)
    assert english == russian
    assert len(english[0]) > 5
    assert any("make run" in block for block in english[2])
    assert any("make test" in block for block in english[2])


# Every document


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(path):
    broken = []
    for link in links_of(path):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_break_at_120_characters(path):
    """Lines of tables, links and pictures may be longer."""
    lines = prose_of(path).splitlines()
    assert [line for line in lines if len(line) > 120 and not line.lstrip().startswith(("|", "[", "<"))] == []


def test_the_index_names_every_page_once():
    index = re.findall(r"^- \[[^\]]+\]\(([\w/-]+\.md)\)", text_of("docs/README.md"), re.MULTILINE)
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {name for name in index if "/" not in name} >= pages
    assert len(index) == len(set(index))


# docs/settings.md


def settings_in_code() -> dict[str, str]:
    """Return the default of each setting that the code reads, as docs/settings.md writes it."""
    defaults = {}
    path = ROOT / "loadzone" / "config.py"
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("read", "read.secret"):
            name, *more = call.args
            is_literal = len(more) == 2 and isinstance(more[1], ast.Constant | ast.Tuple)
            defaults[ast.literal_eval(name)] = _worded(ast.literal_eval(more[1]) if is_literal else None)
    return defaults | COMPUTED


def _worded(default: object) -> str:
    if default is None or default == ():
        return ""
    return f"`{','.join(map(str, default)) if isinstance(default, tuple) else default}`"


def test_every_setting_is_described_with_its_default():
    described = {name: default.strip() for name, default in NAMED_ROW.findall(text_of("docs/settings.md"))}
    assert described == settings_in_code()
    assert len(described) == len(Config.__dataclass_fields__)


def test_every_secret_from_a_file_is_described():
    named = set(re.findall(r"`((?:LOADZONE|SMTP)_\w+)_FILE`", text_of("docs/settings.md")))
    assert named == {"LOADZONE_DATABASE_URL", "LOADZONE_SECRET_KEY", "SMTP_PASS"}


# docs/api.md and docs/sockets.md


def test_every_call_is_described():
    source = "\n".join(path.read_text(encoding="utf-8") for path in modules_of_the_app())
    routes = re.findall(r'^@\w+\.(get|post|delete)\(f?"([^"]+)"\)', source, re.MULTILINE)
    described = re.findall(r"`(GET|POST|DELETE) (/[^`]*)`", text_of("docs/api.md"))
    calls = {(method.lower(), unnamed(path)) for method, path in described}
    of_letters = {(method, f"/{page}/<>") for page in ("link", "unsubscribe") for method in ("get", "post")}
    assert {(method, unnamed(path)) for method, path in routes} - calls == of_letters
    assert calls <= {(method, unnamed(path)) for method, path in routes}
    assert len(routes) > 30


def modules_of_the_app() -> list[Path]:
    return [*ROOT.glob("*.py"), *(ROOT / "loadzone").rglob("*.py")]


def unnamed(path: str) -> str:
    """Return the path with `<>` in the place of each variable part."""
    return re.sub(r"<[^>]*>", "<>", path)


def test_every_refusal_is_described_with_its_status():
    rows = re.findall(r"^\| (\d{3}) \|([^|]*)\|", text_of("docs/api.md"), re.MULTILINE)
    described = {code: int(status) for status, cell in rows for code in re.findall(r"`(\w+)`", cell)}
    assert described == {**STATUS, "broken": 500}


def test_the_table_of_events_is_that_of_the_code_and_says_what_each_is():
    page = text_of("docs/events.md")
    assert page == write_events.written(page), "python docs/write_events.py"
    assert [cells[0] for cells in write_events.rows_of(page) if not cells[-1]] == []
    assert len(write_events.rows_of(page)) == len(EVENT_KINDS)


def test_every_kind_of_notification_is_described():
    cells = re.findall(r"^\| (`[^|]*`) \|", text_of("docs/sockets.md"), re.MULTILINE)
    described = [kind for cell in cells for kind in re.findall(r"`(\w+)`", cell)]
    assert sorted(described) == sorted(kind.name for kind in EVENT_KINDS.values() if kind.reach is not Reach.NOBODY)
