"""The Usage page: its address, loading, errors, and who sees it. The figures are made up."""

import re

import pytest
from playwright.sync_api import expect

from browser.usage_answers import fulfil, fulfil_as_usual

OPENED = ".usage-body:not([aria-busy])"


def opened(here):
    expect(here.page.locator(OPENED)).to_have_count(1)
    return here


@pytest.fixture
def usage(window, newcomer):
    """Return a function that opens the page with made-up answers, which `change` may change."""

    def open_one(query="", change=lambda _: None, **options):
        here = window(newcomer, path=None, **options)
        here.page.route("**/usage?*", lambda route: fulfil(route, change))
        here.go(f"/?view=usage{query}")
        return opened(here)

    return open_one


def pressed(here):
    return here.page.locator(".page-bar [aria-pressed='true']")


def test_the_address_says_which_days_and_which_group_and_back_works(usage, make_group, make_vm):
    group = make_group(make_vm())
    here = usage()
    expect(pressed(here)).to_have_text(here.text("usage.days", n=30))
    here.page.get_by_role("button", name=here.text("usage.days", n=7)).click()
    expect(pressed(here)).to_have_text(here.text("usage.days", n=7))
    assert "days=7" in here.page.url
    here.page.locator(f"[data-group-filter='{group}']").click()
    opened(here)
    assert "days=7" in here.page.url
    assert f"group={group}" in here.page.url
    here.page.reload()
    opened(here)
    expect(pressed(here)).to_have_text(here.text("usage.days", n=7))
    here.page.go_back()
    assert "group=" not in here.page.url
    assert "days=7" in here.page.url
    here.page.go_back()
    expect(pressed(here)).to_have_text(here.text("usage.days", n=30))


def test_a_range_of_days_can_be_chosen(window, newcomer):
    here = window(newcomer, path=None, timezone_id="Asia/Kathmandu")
    asked = []
    here.page.route("**/usage?*", lambda route: (asked.append(route.request.url), fulfil(route)))
    here.go("/?view=usage")
    opened(here)
    here.page.locator("summary").click()
    for field, day in ("usage.from", "2026-10-05"), ("usage.to", "2026-10-03"):
        here.page.get_by_label(here.text(field), exact=True).fill(day)
    show = here.page.get_by_role("button", name=here.text("usage.show"), exact=True)
    show.click()
    expect(here.page.get_by_role("alert")).to_have_text(here.text("usage.range_reversed"))
    here.page.get_by_label(here.text("usage.to"), exact=True).fill("2026-10-06")
    show.click()
    expect(here.page.locator("summary b")).to_have_text(re.compile(r"5\W+6 October"))
    expect(here.page.locator("summary")).to_be_focused()
    expect(pressed(here)).to_have_count(0)
    assert "from=2026-10-05&to=2026-10-06" in here.page.url
    assert "days=" not in here.page.url
    opened(here)
    assert "from=2026-10-04T18%3A15%3A00.000Z&to=2026-10-06T18%3A15%3A00.000Z&zone=Asia%2FKat" in asked[-1]


@pytest.mark.parametrize(
    "query", ["days=0", "days=9999", "days=x", "from=2026-13-01&to=x", "from=2026-11-02&to=2026-11-01"]
)
def test_an_address_that_cannot_be_shows_thirty_days(usage, query):
    here = usage(f"&{query}")
    expect(pressed(here)).to_have_text(here.text("usage.days", n=30))


def test_old_numbers_stay_while_others_are_loaded_and_if_that_fails(usage):
    here = usage()
    here.page.unroute_all()
    here.may_lose_connection = True
    waiting = []
    here.page.route("**/usage?*", lambda route: waiting.append(route))
    with here.page.expect_request("**/usage?*"):
        here.page.get_by_role("button", name=here.text("usage.days", n=7)).click()
    expect(here.page.locator(".usage-body[aria-busy='true'] .tile")).to_have_count(4)
    waiting.pop().abort("connectionreset")
    note = here.page.locator(".usage-note.failed")
    expect(note).to_contain_text("could not be loaded. The server did not answer. What you see is of ")
    expect(here.page.locator(".tile")).to_have_count(4)
    here.page.unroute_all()
    here.page.route("**/usage?*", fulfil_as_usual)
    note.get_by_role("button", name=here.text("page.again")).click()
    expect(note).to_have_count(0)


def test_an_answer_that_comes_late_does_not_take_the_place_of_a_later_one(window, newcomer):
    here = window(newcomer, path=None)
    waiting = []
    here.page.route("**/usage?*", lambda route: waiting.append(route))
    with here.page.expect_request("**/usage?*"):
        here.go("/?view=usage&days=90")
    with here.page.expect_request("**/usage?*"):
        here.page.get_by_role("button", name=here.text("usage.days", n=7)).click()
    late, first = waiting
    fulfil(first)
    opened(here)
    last = here.page.get_by_role("slider").get_attribute("aria-valuemax")
    with here.page.expect_response("**/usage?*") as arrived:
        fulfil(late)
    arrived.value.finished()
    assert here.page.get_by_role("slider").get_attribute("aria-valuemax") == last


def test_figures_that_begin_within_the_period_say_since_when(usage):
    here = usage(change=lambda found: found.update(since=found["to"]))
    expect(here.page.locator(".usage-note")).to_contain_text("There is less than a day of figures.")


def test_where_all_machines_were_used_the_plot_says_so(usage):
    here = usage(change=lambda found: found.update(unused=[]))
    expect(here.page.locator(".plot-unused")).to_contain_text(here.text("usage.unused.none"))


def test_strangers_are_asked_to_sign_in(window):
    here = window(path="/?view=usage")
    expect(here.page.get_by_text(here.text("page.members"))).to_be_visible()
    expect(here.page.locator("#pages")).to_be_hidden()


def test_without_connection_the_figures_stay_and_are_loaded_again_afterwards(usage):
    here = usage()
    here.may_lose_connection = True
    here.context.set_offline(True)
    here.page.unroute_all()
    here.page.get_by_role("button", name=here.text("usage.days", n=7)).click()
    expect(here.page.locator(".usage-note.failed")).to_be_visible()
    expect(here.page.locator(".tile")).to_have_count(4)
    here.page.route("**/usage?*", fulfil_as_usual)
    here.context.set_offline(False)
    expect(here.page.locator(".usage-note.failed")).to_have_count(0)


def test_the_code_of_the_page_is_loaded_when_it_opens(window, newcomer):
    here = window(newcomer, path=None)
    here.page.route("**/usage?*", fulfil_as_usual)
    here.go()
    loaded = "performance.getEntriesByType('resource').map((one) => one.name).filter((name) => /usage/.test(name))"
    assert here.page.evaluate(loaded) == []
    here.page.get_by_role("link", name=here.text("nav.usage"), exact=True).click()
    opened(here)
    names = {name.split("?")[0].rsplit("/", 1)[-1] for name in here.page.evaluate(loaded)}
    assert names == {"page.usage_view.js", "usage.css", "usage"}


def test_a_tab_that_is_looked_at_again_later_shows_newer_figures(window, newcomer):
    here = window(newcomer, path=None, fresh=True)
    here.page.clock.install()
    here.page.route("**/usage?*", fulfil_as_usual)
    here.go("/?view=usage")
    opened(here)
    shown_again = "document.dispatchEvent(new Event('visibilitychange'))"
    here.page.clock.fast_forward("15:01")
    with here.page.expect_request("**/usage?*"):
        here.page.evaluate(shown_again)
    opened(here)
