"""Measure how long scripts take to draw the Usage page: `.venv/bin/python bench/usage_page.py`.

The answer of the server is made up: a year of days, 30 groups, 500 machines. Counted is what Chromium calls script
time, from the click on the link to the page until it is drawn, its code and texts loaded on the way; the aim is 200 ms.
And the time for one step of the walk along the days.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.machines import inventory  # noqa: E402
from browser.usage_answers import fulfil  # noqa: E402
from support.people import Person  # noqa: E402
from support.server import ADMIN, running  # noqa: E402

GROUPS = tuple(f"Group {number}" for number in range(1, 31))
TIMES = 15
STEPS = 50


def main() -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        with running(Path(folder), inventory(30, GROUPS)) as server:
            admin = Person(server, ADMIN).sign_in()
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": c.name, "value": c.value, "url": server.url} for c in admin.http.cookies])
            drawn, steps = zip(*(_measure(context.new_page(), server.url) for _ in range(TIMES)), strict=True)
        browser.close()
    print(f"drawn, script, ms: median {statistics.median(drawn):.0f}, most {max(drawn):.0f} of {TIMES}")
    print(f"one step of the walk, script, ms: median {statistics.median(steps):.1f}, most {max(steps):.1f}")


def _measure(page: Page, url: str) -> tuple[float, float]:
    page.route("**/usage?*", lambda route: fulfil(route, groups=GROUPS, machines=500))
    page.goto(url)
    page.wait_for_timeout(1000)  # lets the work of opening the board finish
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    page.locator("#pages a").nth(1).evaluate("(link) => { link.search += '&days=365'; }")
    before = _script(cdp)
    page.locator("#pages a").nth(1).evaluate("(link) => link.click()")
    page.locator(".chart").wait_for()
    page.wait_for_timeout(500)
    drawn = _script(cdp)
    page.locator(".lines").focus()
    walk = _script(cdp)
    for _ in range(STEPS):
        page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    steps = (_script(cdp) - walk) / STEPS
    page.close()
    return drawn - before, steps


def _script(cdp: CDPSession) -> float:
    """Return the milliseconds that scripts of this page have run."""
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return 1000 * metrics["ScriptDuration"]


if __name__ == "__main__":
    main()
