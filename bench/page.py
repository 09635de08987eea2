"""Measure the page with many machines in a real browser: `.venv/bin/python bench/page.py [machines…]`.

Prints milliseconds, and kilobytes as they are sent. Needs what `make test` installs. The figures contain the noise of
the machine: compare several runs.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.inventory import from_now, inventory, machine, user  # noqa: E402
from support.people import Person  # noqa: E402
from support.server import ADMIN, Server  # noqa: E402

CHANGES = 30
WORD = "server-0042"


def main(sizes: list[int]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                server = Server(inventory_of(Path(folder), size), LOADZONE_AUTH="trust", LOADZONE_ADMINS=ADMIN).start()
                try:
                    _report(size, _measure(browser, server, size))
                finally:
                    server.stop()
        browser.close()


def inventory_of(folder: Path, size: int) -> Path:
    """Write a data file in which 300 people have booked half of the machines, in twenty groups."""
    ids = [f"server-{number:05}" for number in range(size)]
    people = [f"person{number}@example.com" for number in range(300)]
    vms = [
        machine(
            vm_id,
            *((people[number % 300], from_now(minutes=90 + number % 1000)) if number % 2 else ()),
            external_ip=f"192.168.{number // 250}.{number % 250}",
            description="Application server",
            note="soak test" if number % 2 else "",
        )
        | {"group": number % 20 + 1}
        for number, vm_id in enumerate(ids)
    ]
    groups = [{"id": g + 1, "name": f"Group {g + 1}", "vm_ids": ids[g::20]} for g in range(20)]
    path = folder / "data.json"
    path.write_text(json.dumps(inventory(vms, groups, {email: user() for email in people})))
    return path


def _measure(browser: object, server: Server, size: int) -> dict[str, float]:
    admin = Person(server, ADMIN).sign_in()
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": c.name, "value": c.value, "url": server.url} for c in admin.http.cookies])
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(server.url, wait_until="load")
    _wait_for(page, "performance.getEntriesByName('ready').length > 0")
    cdp = context.new_cdp_session(page)
    cdp.send("Performance.enable")
    figures = {**_opening(page), **_one_change(page, cdp, admin, size), **_typing(page), **_scrolling(page)}
    context.close()
    return figures


WATCH = """
window.longest = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) longest = Math.max(longest, one.duration); })
  .observe({ type: "longtask", buffered: true });
"""


def _opening(page: Page) -> dict[str, float]:
    return page.evaluate("""async () => {
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const [answer] = performance.getEntriesByType("navigation");
      const [ready] = performance.getEntriesByName("ready");
      const files = performance.getEntriesByType("resource").filter((one) => one.name.includes("/static/"));
      return {
        "answer to ready, ms": ready.startTime - answer.responseEnd,
        "answer to first frame after it, ms": performance.now() - answer.responseEnd,
        "static files, KB sent": files.reduce((sum, one) => sum + one.encodedBodySize, 0) / 1024,
        "page with its data, KB sent": answer.encodedBodySize / 1024,
      };
    }""")


def _one_change(page: Page, cdp: CDPSession, admin: Person, size: int) -> dict[str, float]:
    """Return the script, style and layout time of one machine's change, from booking machines one after the other."""
    page.wait_for_timeout(1500)  # lets the work of opening the page finish
    before = _times(cdp)
    numbers = range(0, min(size, 2 * CHANGES), 2)
    for number in numbers:
        assert admin.book(f"server-{number:05}", 1).ok
        page.wait_for_timeout(40)
    page.wait_for_timeout(500)
    after = _times(cdp)
    return {f"one change, {name}, ms": 1000 * (after[name] - before[name]) / len(numbers) for name in before}


def _times(cdp: CDPSession) -> dict[str, float]:
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return {
        "script": metrics["ScriptDuration"],
        "style and layout": metrics["LayoutDuration"] + metrics["RecalcStyleDuration"],
    }


def _typing(page: Page) -> dict[str, float]:
    page.locator("#search").focus()
    page.evaluate("longest = 0")
    page.keyboard.type(WORD, delay=120)  # a locator would search the page before every key
    page.wait_for_timeout(300)
    typed = page.evaluate("longest")
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    return {"typing, longest task, ms (0: none over 50)": typed}


def _scrolling(page: Page) -> dict[str, float]:
    page.evaluate("""() => {
      window.frames_ = [];
      let last = performance.now();
      const step = (now) => {
        frames_.push(now - last);
        last = now;
        if (frames_.length < 120) requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    }""")
    page.mouse.move(700, 500)
    for _ in range(40):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(16)
    _wait_for(page, "frames_.length >= 120")
    frames = sorted(page.evaluate("frames_.slice(2)"))
    return {"scrolling, frame p50, ms": statistics.median(frames), "scrolling, frame p95, ms": frames[-6]}


def _wait_for(page: Page, condition: str) -> None:
    """Poll the condition: Playwright's own waiting uses eval, which the page's Content-Security-Policy forbids."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(condition)


def _report(size: int, figures: dict[str, float]) -> None:
    print(f"\n{size} machines")
    for name, value in figures.items():
        print(f"  {name:<46}{value:>9.1f}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [12, 1000, 10_000])
