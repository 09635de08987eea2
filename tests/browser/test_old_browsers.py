"""In a browser that lacks what the page needs, one sentence takes the place of the page."""

import pytest
from playwright.sync_api import expect

LACKING = {
    "modules": "delete HTMLScriptElement.prototype.noModule",
    "layers": "delete window.CSSLayerBlockRule",
    "dialogs": "delete window.HTMLDialogElement",
    "time limits": "delete AbortSignal.timeout",
}


@pytest.mark.parametrize("missing", LACKING)
def test_a_browser_that_is_too_old_gets_one_sentence(window, missing):
    here = window(path=None, language="ru" if missing == "layers" else "en", fresh=True)
    here.page.add_init_script(LACKING[missing])
    here.page.goto(here.server.url)
    expect(here.page.locator("body")).to_have_text(here.text("app.too_old"))
    here.errors.clear()  # the page's modules find nothing to work on


def test_this_browser_is_not_too_old(window):
    here = window()
    expect(here.page.locator("#too-old")).to_be_hidden()
    expect(here.search).to_be_visible()
