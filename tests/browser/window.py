"""A window of a real browser on the page, and what a person does and sees there."""

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, WebError, expect

from browser.profiles import new_profile
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
        self.may_be_cut = False
        self.complaints: list[str] = []
        self._ears = {"console": self._heard, "weberror": self._failed, "dialog": self._asked}
        for event, ear in self._ears.items():
            context.on(event, ear)
        self.page: Page = context.pages[0] if context.pages else context.new_page()

    def go(self, path: str = "/") -> "Window":
        """Opens the page, and waits until it is connected and has fetched what it may have missed."""
        with self.page.expect_response("**/me"):
            self.page.goto(self.server.url + path)
        return self

    def another_tab(self) -> "Window":
        """A second tab of the same profile, on the page."""
        other = Window.__new__(Window)
        other.__dict__.update(self.__dict__)
        other.page = self.context.new_page()
        return other.go()

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
        return self.page.locator(".card").filter(has=self.page.locator(".name", has_text=_exactly(vm_id)))

    @property
    def cards(self) -> Locator:
        """The machines on the board that are shown now."""
        return self.page.locator(".card:visible")

    def own_booking(self, vm_id: str) -> Locator:
        """The machine among one's own bookings on top."""
        return self.page.locator("#own-machines .own-booking").filter(has=self.page.get_by_text(vm_id, exact=True))

    def section(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def dialog(self) -> Locator:
        """The dialog on top."""
        return self.page.locator("dialog[open]").last

    @property
    def no_dialog(self) -> Locator:
        return self.page.locator("dialog[open]")

    def toast(self, text: str | re.Pattern) -> Locator:
        return self.page.locator("#toasts .toast", has_text=text)

    @property
    def search(self) -> Locator:
        return self.page.get_by_role("searchbox", name=self.say("search.label"), exact=True)

    @property
    def offline(self) -> Locator:
        return self.page.get_by_text(self.say("offline.banner"), exact=True)

    @property
    def sign_in_button(self) -> Locator:
        """Only strangers see it."""
        return self.page.locator("#account").get_by_role("button", name=self.say("sign_in"), exact=True)

    def button(self, key: str, **blanks: object) -> Locator:
        """The button of that sentence in the dialog on top."""
        return self.dialog.get_by_role("button", name=self.say(key, **blanks), exact=True)

    def field(self, key: str) -> Locator:
        return self.dialog.get_by_label(self.say(key), exact=True)

    def choice(self, hours: int) -> Locator:
        """The quick choice of that many hours in the dialog on top."""
        return self.dialog.get_by_role("radio", name=self.say("time.hours", n=hours), exact=True)

    # what is done

    def press(self, act: str, vm_id: str) -> None:
        """Presses the button on the machine's card: book, renew or release."""
        self.card(vm_id).get_by_role("button", name=f"{self.say(f'act.{act}')} {vm_id}", exact=True).click()

    def open_machine(self, vm_id: str) -> None:
        self.card(vm_id).locator(".name").click()
        expect(self.dialog.get_by_role("heading", name=vm_id, exact=True)).to_be_visible()

    def choose(self, vm_id: str, key: str) -> None:
        """Opens the machine and presses one of its buttons."""
        self.open_machine(vm_id)
        self.button(key).click()

    def open_account(self) -> None:
        self.page.locator("#account").get_by_role("button", name=re.compile(self.say("account.of", email=""))).click()

    def choose_of_account(self, key: str) -> None:
        self.open_account()
        self.button(key).click()

    def send(self) -> None:
        """Presses the dialog's own button and waits until it has closed."""
        send = self.dialog.locator(".send")
        expect(send).to_be_visible()  # the first dialog of a page is fetched before it opens
        before = self.no_dialog.count()
        send.click()
        expect(self.no_dialog).to_have_count(before - 1)

    # what is held against it

    def mark(self) -> None:
        """From here on `was_reloaded` tells whether the page was loaded anew."""
        self.page.evaluate("window.stillTheSame = true")

    def was_reloaded(self) -> bool:
        return self.page.evaluate("window.stillTheSame !== true")

    def scrolls_sideways(self) -> bool:
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def style(self, selector: str, property_name: str) -> str:
        script = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
        return self.page.evaluate(script, [selector, property_name])

    def end(self) -> None:
        """The browser must not have complained of anything. The profile remains."""
        for event, ear in self._ears.items():
            self.context.remove_listener(event, ear)
        assert self.complaints == [], self.complaints

    def close(self) -> None:
        self.context.close()
        self.end()

    def _asked(self, dialog) -> None:
        self.complaints.append(f"{dialog.type}({dialog.message!r})")
        dialog.dismiss()

    def _failed(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def _heard(self, message: ConsoleMessage) -> None:
        refused = REFUSED.search(message.text) and "/static/" not in message.location["url"]
        cut = self.may_be_cut and CUT.search(message.text)
        if message.type in ("error", "warning") and not refused and not cut:
            self.complaints.append(message.text)


def open_window(
    browser: Browser, server: Server, person: Person | None = None, language: str = "en", **options
) -> Window:
    """A new profile in that language, with the person's session if there is one; not yet on the page."""
    return window_in(new_profile(browser, language, **options), server, person, language)


def window_in(context: BrowserContext, server: Server, person: Person | None, language: str) -> Window:
    """In a profile that is there, and empty."""
    if person:
        context.add_cookies([{"name": c.name, "value": c.value, "url": server.url} for c in person.http.cookies])
    return Window(context, server, words_of(language))


def words_of(language: str) -> dict:
    return json.loads((ROOT / "lang" / f"page.{language}.json").read_text(encoding="utf-8"))


END_MOTION = """document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
    .forEach((one) => one.finish())"""
AXE = next((Path(__file__).parent / "vendor").glob("axe-*.min.js"))


def faults(window: Window, where: str = "html", rules: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and its best practices on what is shown now; by these rules, or all."""
    if not window.page.evaluate("typeof window.axe === 'object'"):
        window.page.evaluate(AXE.read_text(encoding="utf-8"))
    window.page.evaluate(END_MOTION)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = window.page.evaluate("([where, options]) => axe.run(where, options)", [where, options])["violations"]
    return [f"{one['id']} {node['target']}: {node['failureSummary']}" for one in found for node in one["nodes"]]


def _exactly(text: str) -> re.Pattern:
    return re.compile(f"^{re.escape(text)}$")
