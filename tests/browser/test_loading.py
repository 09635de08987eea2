"""The first visit: everything comes in one round, from here alone, and is kept for good."""

LOADED = "performance.getEntriesByType('resource').map((one) => one.name)"


LIMIT = 60_000  # bytes as sent: all of the first visit but the data
SENT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter((one) => one.entryType === 'navigation' || one.name.includes('/static/'))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


def test_the_first_visit_is_a_handful_of_files_and_light(window):
    here = window()
    loaded = {name.rsplit("/", 1)[-1] for name in here.page.evaluate(LOADED) if "/static/" in name}
    assert loaded == {"page.js", "page.css", "theme.js", "favicon.svg", "socket.io-4.8.4.esm.min.js"}
    assert here.page.evaluate(SENT) < LIMIT


def test_nothing_comes_from_elsewhere_and_what_is_static_is_not_asked_for_again(window):
    here = window()
    assert all(name.startswith(here.server.url) for name in here.page.evaluate(LOADED))
    here.go()
    sent = here.page.evaluate("""performance.getEntriesByType('resource')
        .filter((one) => one.name.includes('/static/') && one.transferSize > 0).map((one) => one.name)""")
    assert sent == []
