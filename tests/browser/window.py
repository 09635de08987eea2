"""A window of a real browser on the page, and what a person does and sees there."""

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from support.people import Person
from support.server import ROOT, Server

REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4(00|01|03|04|09|10|29) ")
CUT = re.compile(r"ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|WebSocket")


class Window:
    """One window in a browser profile of its own. What the browser complains of is kept, and fails the test."""

    def __init__(self, context: BrowserContext, server: Server, words: dict) -> None:
        self.context = context
        self.server = server
        self.words = words
        self.page: Page = context.new_page()
        self.may_be_cut = False
        self.complaints: list[str] = []
        self.page.on("console", lambda message: message.type in ("error", "warning") and self._complain(message.text))
        self.page.on("pageerror", lambda error: self._complain(f"uncaught: {error}"))

    def go(self, path: str = "/") -> "Window":
        """Opens the page, and waits until it is connected and has fetched what it may have missed."""
        with self.page.expect_response("**/me"):
            self.page.goto(self.server.url + path)
        return self

    def say(self, key: str, **blanks: object) -> str:
        """The page's own sentence under this key, in the window's language; of plural ones the form for many."""
        text = self.words[key]
        if isinstance(text, dict):
            text = text.get("many", text["other"])
        for name, value in blanks.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    # what is seen

    def card(self, vm_id: str) -> Locator:
        return self.page.locator(".card").filter(has=self.page.locator(".name", has_text=re.compile(f"^{re.escape(vm_id)}$")))

    def held(self, vm_id: str) -> Locator:
        """The machine in the row of one's own bookings on top."""
        return self.page.locator("#mine .held").filter(has=self.page.get_by_text(vm_id, exact=True))

    def section(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def dialog(self) -> Locator:
        """The dialog on top."""
        return self.page.locator("dialog[open]").last

    @property
    def toasts(self) -> Locator:
        return self.page.locator("#toasts .toast")

    @property
    def search(self) -> Locator:
        return self.page.locator("#search")

    def button(self, key: str, **blanks: object) -> Locator:
        """The button of that sentence in the dialog on top."""
        return self.dialog.get_by_role("button", name=self.say(key, **blanks), exact=True)

    def field(self, key: str) -> Locator:
        return self.dialog.get_by_label(self.say(key), exact=True)

    # what is done

    def open_machine(self, vm_id: str) -> None:
        self.card(vm_id).locator(".name").click()
        expect(self.dialog.get_by_role("heading", name=vm_id)).to_be_visible()

    def choose(self, vm_id: str, key: str) -> None:
        """Opens the machine and presses one of its buttons."""
        self.open_machine(vm_id)
        self.button(key).click()

    def send(self) -> None:
        """Presses the dialog's own button and waits until it has closed."""
        before = self.page.locator("dialog[open]").count()
        self.dialog.locator(".send").click()
        expect(self.page.locator("dialog[open]")).to_have_count(before - 1)

    def scrolls_sideways(self) -> bool:
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []

    def _complain(self, text: str) -> None:
        if not REFUSED.search(text) and not (self.may_be_cut and CUT.search(text)):
            self.complaints.append(text)


def open_window(browser: Browser, server: Server, person: Person | None = None, language: str = "en", **options) -> Window:
    """A new profile in that language, with the person's session if there is one; not yet on the page."""
    context = browser.new_context(locale=language, **{"viewport": {"width": 1440, "height": 900}, **options})
    context.set_default_timeout(8000)
    if person:
        context.add_cookies([{"name": c.name, "value": c.value, "url": server.url} for c in person.http.cookies])
    return Window(context, server, words_of(language))


def words_of(language: str) -> dict:
    return json.loads((ROOT / "lang" / f"page.{language}.json").read_text(encoding="utf-8"))


AXE = next((Path(__file__).parent / "vendor").glob("axe-*.min.js"))


def faults(window: Window) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and its best practices on what is shown now."""
    if not window.page.evaluate("typeof window.axe === 'object'"):
        window.page.evaluate(AXE.read_text(encoding="utf-8"))
    window.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    found = window.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]]
