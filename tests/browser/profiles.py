"""Browser profiles that are reused. A new one is most of a window's cost, because its first page starts a process."""

from collections import defaultdict

from playwright.sync_api import Browser, BrowserContext, Error, Page

SCREEN = {"width": 1440, "height": 900}


class Profiles:
    """Profiles without special options, by language.

    When a profile is given back, everything that a window left in it is removed, except the server's cached files.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)

    def take(self, language: str) -> BrowserContext:
        free = self._free[language]
        return free.pop() if free else new_profile(self._browser, language)

    def give_back(self, context: BrowserContext, language: str, origin: str) -> None:
        """Empty the profile for the next test.

        One page stays open, on the server's smallest URL, because the process of a site ends with its last page.
        """
        page, *others = context.pages
        for other in others:
            other.close()
        page.unroute_all()
        context.set_offline(False)
        try:
            page.goto(f"{origin}/healthz")
        except Error:  # the server has stopped
            context.close()
            return
        self._empty(context, page, origin)
        self._free[language].append(context)

    def _empty(self, context: BrowserContext, page: Page, origin: str) -> None:
        context.clear_permissions()
        session = context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
        page.mouse.move(0, 0)
        page.set_viewport_size(SCREEN)
        page.emulate_media(media="null", color_scheme="light", reduced_motion="no-preference", forced_colors="none")


def new_profile(browser: Browser, language: str, **options) -> BrowserContext:
    context = browser.new_context(**{"locale": language, "viewport": SCREEN, **options})
    context.set_default_timeout(30_000)
    context.add_init_script(REPORT_CSP_VIOLATIONS)
    return context


REPORT_CSP_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
    console.error("against the content security policy:", event.violatedDirective, event.blockedURI, event.sample))"""
