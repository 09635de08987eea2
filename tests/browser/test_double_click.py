"""A double click does what a single click does, even if the board moves between the two clicks."""

from playwright.sync_api import Locator, expect

from support.answers import done


def first_click(button: Locator) -> None:
    """Make the first click of a double click."""
    button.hover()
    button.page.mouse.down(click_count=1)
    button.page.mouse.up(click_count=1)


def second_click(button: Locator) -> None:
    """Make the second click of a double click, where the pointer is."""
    button.page.mouse.down(click_count=2)
    button.page.mouse.up(click_count=2)


def test_the_second_click_does_not_release_the_booking_that_moves_under_the_pointer(window, newcomer, make_vm):
    first, second = make_vm(), make_vm()
    done(newcomer.book(first, 1))
    done(newcomer.book(second, 2))
    here = window(newcomer)
    button = here.own_booking(first).get_by_role("button", name=f"Release {first}")
    button.hover()
    place = button.bounding_box()
    first_click(button)
    expect(here.own_booking(first)).to_have_count(0)
    moved = here.own_booking(second).get_by_role("button", name=f"Release {second}")
    assert moved.bounding_box() == place
    second_click(moved)
    expect(here.toast(f"{first} is free again")).to_be_visible()
    # The answer to this click comes after the answers to everything sent before.
    here.own_booking(second).locator("[data-action=renew-by]").click()
    expect(here.toast(f"{second} is yours until")).to_be_visible()
    assert newcomer.vm(second)["booked_by"] == newcomer.email


def test_the_second_click_does_not_book_a_released_machine_again(window, bob, vm):
    done(bob.book(vm, 2))
    here = window(bob)
    here.card(vm).hover()
    first_click(here.card(vm).get_by_role("button", name=f"Release {vm}"))
    book = here.card(vm).get_by_role("button", name=f"Book {vm}")
    expect(book).to_be_visible()
    box = book.bounding_box()
    here.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    second_click(book)
    here.page.evaluate("new Promise((done) => setTimeout(done))")
    expect(here.dialogs).to_have_count(0)


def test_the_second_click_sends_nothing_in_the_dialog_that_has_opened(window, bob, vm):
    here = window(bob)
    button = here.card(vm).get_by_role("button", name=f"Book {vm}")
    first_click(button)
    expect(here.dialog).to_be_visible()
    second_click(button)
    expect(here.button("book.submit")).to_be_enabled()
    assert bob.vm(vm)["booked_by"] is None
