"""Light and dark: the theme of the system or the chosen one, right from the first paint."""

import pytest
from playwright.sync_api import expect

RECORD_FIRST_PAINT = """
  new MutationObserver((_, watch) => {
    if (!document.body) return;
    watch.disconnect();
    window.themeAtBody = document.documentElement.dataset.theme;
  }).observe(document, {childList: true, subtree: true});
  addEventListener("DOMContentLoaded", () => {
    window.backgroundAtStart = getComputedStyle(document.body).backgroundColor;
  });
"""


def background(here) -> str:
    return here.style("body", "backgroundColor")


def brightness(colour: str) -> int:
    return sum(int(part) for part in colour.strip("rgb()").split(","))


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_page_follows_the_system(window, scheme, dark):
    here = window(color_scheme=scheme)
    assert (brightness(background(here)) < 200) is dark


def test_a_change_of_the_system_is_followed_at_once(window):
    here = window(color_scheme="light")
    light = background(here)
    here.page.emulate_media(color_scheme="dark")
    assert brightness(background(here)) < 200 < brightness(light)


def test_the_chosen_theme_is_remembered_and_applied_before_the_first_paint(window):
    here = window(path=None, color_scheme="light")
    here.page.add_init_script(RECORD_FIRST_PAINT)
    here.go()
    here.page.get_by_role("button", name=here.text("theme.switch")).click()
    expect(here.page.locator("html")).to_have_attribute("data-theme", "dark")  # its code is loaded by the first click
    dark = background(here)
    assert brightness(dark) < 200

    here.go()
    assert here.page.evaluate("window.themeAtBody") == "dark"
    assert here.page.evaluate("window.backgroundAtStart") == dark
    assert background(here) == dark
    here.page.get_by_role("button", name=here.text("theme.switch")).click()
    expect(here.page.locator("html")).to_have_attribute("data-theme", "light")
    here.go()
    assert here.page.evaluate("window.themeAtBody") == "light"
    assert brightness(background(here)) > 600


def test_one_can_go_back_to_the_theme_of_the_system(window, bob):
    here = window(bob, color_scheme="dark")
    here.open_account()
    here.button("theme.light").click()
    assert brightness(background(here)) > 600
    here.button("theme.system").click()
    assert brightness(background(here)) < 200
    expect(here.button("theme.system")).to_have_attribute("aria-pressed", "true")
    here.go()
    assert brightness(background(here)) < 200
