"""Dialogs keep what was typed in them."""

import pytest
from playwright.sync_api import expect

BESIDE = (20, 400)


@pytest.fixture
def here(window, bob, vm):
    here = window(bob)
    here.press("book", vm)
    expect(here.dialogs).to_have_count(1)
    return here


def drag(here, start: tuple[float, float], end: tuple[float, float]) -> None:
    here.page.mouse.move(*start)
    here.page.mouse.down()
    here.page.mouse.move(*end)
    here.page.mouse.up()


def middle(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_click_beside_closes_a_dialog_in_which_nothing_was_changed(here):
    here.page.mouse.click(*BESIDE)
    expect(here.dialogs).to_have_count(0)


def test_a_click_beside_keeps_what_was_typed(here):
    here.field("book.what_for").fill("nightly run")
    here.page.mouse.click(*BESIDE)
    expect(here.field("book.what_for")).to_have_value("nightly run")
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)


def test_a_click_beside_keeps_what_was_chosen(here):
    here.choice(8).check()
    here.page.mouse.click(*BESIDE)
    expect(here.choice(8)).to_be_checked()


def test_a_drag_over_the_edge_of_a_dialog_is_no_click_beside_it(here):
    field = here.field("book.what_for")
    drag(here, middle(field), BESIDE)
    drag(here, BESIDE, middle(field))
    expect(here.dialogs).to_have_count(1)
    here.page.mouse.click(*BESIDE)
    expect(here.dialogs).to_have_count(0)
