"""The first visit: everything comes in one round, from here alone, and is kept for good."""

LOADED = "performance.getEntriesByType('resource').map((one) => one.name)"


def test_every_module_is_announced_by_the_page_and_none_in_vain(window):
    here = window()
    announced = set(
        here.page.evaluate("[...document.querySelectorAll('link[rel=modulepreload]')].map((one) => one.href)")
    )
    entry = set(here.page.evaluate("[...document.querySelectorAll('script[src]')].map((one) => one.src)"))
    loaded = {name for name in here.page.evaluate(LOADED) if name.endswith(".js")}
    assert announced
    assert loaded - entry == announced - entry


def test_nothing_comes_from_elsewhere_and_what_is_static_is_not_asked_for_again(window):
    here = window()
    assert all(name.startswith(here.server.url) for name in here.page.evaluate(LOADED))
    here.go()
    sent = here.page.evaluate("""performance.getEntriesByType('resource')
        .filter((one) => one.name.includes('/static/') && one.transferSize > 0).map((one) => one.name)""")
    assert sent == []


def addresses(here, selector: str, attribute: str) -> set[str]:
    return set(here.page.locator(selector).evaluate_all(f"(nodes) => nodes.map((one) => one.{attribute})"))
