"""A window of a real browser with the page, and what a person can do and see in it."""

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, WebError, expect

from browser.profiles import new_profile
from support.people import Person
from support.server import ROOT, Server

REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4(00|01|03|04|09|10|29) ")
CONNECTION_LOST = re.compile(
    r"ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|WebSocket|of 50[23]"
)

# Evaluated with a dialog: what in its body does not fit into its width
BEYOND_THE_EDGE = """(dialog) => {
  const body = dialog.querySelector(".body");
  const edge = body.getBoundingClientRect().left + body.clientWidth + 1;
  const clips = (node) => node !== body && getComputedStyle(node).overflowX !== "visible";
  const clipped = (node) => node !== body && (clips(node) || clipped(node.parentElement));
  const textEnd = (node) => {
    const range = new Range();
    range.selectNodeContents(node);
    return range.getBoundingClientRect().right;
  };
  return [...body.querySelectorAll("*:not(option)")]
    .filter((node) => node.getClientRects().length && !clipped(node.parentElement))
    .filter((node) => Math.max(node.getBoundingClientRect().right, clips(node) ? 0 : textEnd(node)) > edge)
    .map((node) => node.outerHTML.slice(0, 80));
}"""


class Window:
    """One window in a browser profile of its own. Errors that the browser reports are collected and fail the test."""

    def __init__(self, context: BrowserContext, server: Server, texts: dict) -> None:
        self.context = context
        self.server = server
        self.texts = texts
        self.may_lose_connection = False
        self.errors: list[str] = []
        self._listeners = {"console": self._on_console, "weberror": self._on_error, "dialog": self._on_dialog}
        for event, listener in self._listeners.items():
            context.on(event, listener)
        self.page: Page = context.pages[0] if context.pages else context.new_page()

    def go(self, path: str = "/") -> "Window":
        """Open the page, and wait until it is connected and has fetched the changes that it may have missed."""
        with self.page.expect_response(is_about_the_user):
            self.page.goto(self.server.url + path)
        return self

    def another_tab(self) -> "Window":
        """Open the page in a second tab of the same profile."""
        other = Window.__new__(Window)
        other.__dict__.update(self.__dict__)
        other.page = self.context.new_page()
        return other.go()

    def text(self, key: str, **values: object) -> str:
        """Return the page's text for this key in the window's language; of plural forms, the one for many."""
        text = self.texts[key]
        if isinstance(text, dict):
            text = text.get("many", text["other"])
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    # Reading the page

    def card(self, vm_id: str) -> Locator:
        return self.page.locator(".card").filter(has=self.page.locator(".name", has_text=_exactly(vm_id)))

    @property
    def cards(self) -> Locator:
        """The cards that are visible now."""
        return self.page.locator(".card:visible")

    def own_booking(self, vm_id: str) -> Locator:
        """The machine among the person's own bookings, above the board."""
        return self.page.locator("#own-machines .own-booking").filter(has=self.page.get_by_text(vm_id, exact=True))

    def section(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def dialog(self) -> Locator:
        """The dialog on top."""
        return self.page.locator("dialog[open]").last

    @property
    def dialogs(self) -> Locator:
        """All open dialogs."""
        return self.page.locator("dialog[open]")

    def toast(self, text: str | re.Pattern) -> Locator:
        return self.page.locator("#toasts .toast", has_text=text)

    @property
    def search(self) -> Locator:
        return self.page.get_by_role("searchbox", name=self.text("search.label"), exact=True)

    @property
    def offline_banner(self) -> Locator:
        return self.page.get_by_text(self.text("offline.banner"), exact=True)

    @property
    def behind_banner(self) -> Locator:
        return self.page.get_by_text(self.text("behind.banner"), exact=True)

    @property
    def sign_in_button(self) -> Locator:
        """It is only there for people who are not signed in."""
        return self.page.locator("#account").get_by_role("button", name=self.text("sign_in"), exact=True)

    def button(self, key: str, **values: object) -> Locator:
        """The button with that text in the dialog on top."""
        return self.dialog.get_by_role("button", name=self.text(key, **values), exact=True)

    def field(self, key: str) -> Locator:
        return self.dialog.get_by_label(self.text(key), exact=True)

    def choice(self, hours: int) -> Locator:
        """The radio button for that many hours in the dialog on top."""
        return self.dialog.get_by_role("radio", name=self.text("time.hours", n=hours), exact=True)

    # Actions of a person

    def press(self, action: str, vm_id: str) -> None:
        """Press a button on the machine's card: book, renew, release or queue."""
        self.card(vm_id).get_by_role("button", name=f"{self.text(f'act.{action}')} {vm_id}", exact=True).click()

    def open_machine(self, vm_id: str) -> None:
        self.card(vm_id).locator(".name").click()
        expect(self.dialog.get_by_role("heading", name=vm_id, exact=True)).to_be_visible()

    def choose(self, vm_id: str, key: str) -> None:
        """Open the machine's panel and press one of its buttons."""
        self.open_machine(vm_id)
        self.button(key).click()

    def open_account(self) -> None:
        self.page.locator("#account").get_by_role("button", name=re.compile(self.text("account.of", email=""))).click()

    def choose_in_account(self, key: str) -> None:
        self.open_account()
        self.button(key).click()

    def send(self) -> None:
        """Press the submit button of the dialog and wait until the dialog has closed."""
        send = self.dialog.locator(".send")
        expect(send).to_be_visible()  # the code of dialogs is loaded when the first one opens
        before = self.dialogs.count()
        send.click()
        expect(self.dialogs).to_have_count(before - 1)

    # Checks

    def mark(self) -> None:
        """Mark the page, so that `was_reloaded` tells whether it has been loaded again since."""
        self.page.evaluate("window.stillTheSame = true")

    def was_reloaded(self) -> bool:
        return self.page.evaluate("window.stillTheSame !== true")

    def scrolls_sideways(self) -> bool:
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def style(self, selector: str, property_name: str) -> str:
        script = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
        return self.page.evaluate(script, [selector, property_name])

    def end(self) -> None:
        """Fail if the browser has reported an error. The profile stays open."""
        for event, listener in self._listeners.items():
            self.context.remove_listener(event, listener)
        assert self.errors == [], self.errors

    def close(self) -> None:
        self.context.close()
        self.end()

    def _on_dialog(self, dialog) -> None:
        self.errors.append(f"{dialog.type}({dialog.message!r})")
        dialog.dismiss()

    def _on_error(self, error: WebError) -> None:
        self.errors.append(f"uncaught: {error.error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        refused = REFUSED.search(message.text) and "/static/" not in message.location["url"]
        lost = self.may_lose_connection and CONNECTION_LOST.search(message.text)
        viewer = message.page and message.page.url.endswith("/healthz")  # Chromium 109 styles JSON, against the policy
        if message.type in ("error", "warning") and not refused and not lost and not viewer:
            self.errors.append(message.text)


def open_window(
    browser: Browser, server: Server, person: Person | None = None, language: str = "en", **options
) -> Window:
    """Return a window in a new profile in that language, signed in as the person if any. The page is not opened yet."""
    return window_in(new_profile(browser, language, **options), server, person, language)


def window_in(context: BrowserContext, server: Server, person: Person | None, language: str) -> Window:
    """Return a window in this empty profile. See `open_window`."""
    if person:
        context.add_cookies([{"name": c.name, "value": c.value, "url": server.url} for c in person.http.cookies])
    return Window(context, server, texts_in(language))


def is_about_the_user(response: Response) -> bool:
    """Return whether it answers `GET /me`. The page may also post to that path, at any time."""
    return response.url.endswith("/me") and response.request.method == "GET"


def texts_in(language: str) -> dict:
    return json.loads((ROOT / "lang" / f"page.{language}.json").read_text(encoding="utf-8"))


FINISH_ANIMATIONS = """document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
    .forEach((one) => one.finish())"""
[AXE] = (Path(__file__).parent / "vendor").glob("axe-*.min.js")


def accessibility_violations(window: Window, where: str = "html", rules: tuple[str, ...] = ()) -> list[str]:
    """Return what violates WCAG 2.2 AA or the best practices of axe-core in what is shown now.

    `rules`: the axe rules to check; all if empty.
    """
    if not window.page.evaluate("typeof window.axe === 'object'"):
        window.page.evaluate(AXE.read_text(encoding="utf-8"))
    window.page.evaluate(FINISH_ANIMATIONS)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = window.page.evaluate("([where, options]) => axe.run(where, options)", [where, options])["violations"]
    return [f"{one['id']} {node['target']}: {node['failureSummary']}" for one in found for node in one["nodes"]]


def _exactly(text: str) -> re.Pattern:
    return re.compile(f"^{re.escape(text)}$")
