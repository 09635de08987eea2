"""Booking more machines than one person may have: an admin is asked, anybody else is refused."""

import pytest
from playwright.sync_api import expect

from browser.machines import inventory
from support.answers import done
from support.people import Person
from support.server import ADMIN

QUESTION = "book.over_limit"


@pytest.fixture
def farm(start):
    return start(inventory(4, ("Farm",)), LOADZONE_MAX_MACHINES="1")


def has_one(farm, email):
    person = Person(farm, email).sign_in()
    done(person.book("server-0"))
    return person


def open_one(here):
    here.press("book", "server-1")


def open_any(here):
    here.section("Farm").get_by_role("button", name=f"{here.text('any.book')}: Farm").click()


@pytest.mark.parametrize("open_dialog", [open_one, open_any])
def test_an_admin_is_asked_once_the_limit_is_reached(window, farm, open_dialog):
    admin = has_one(farm, ADMIN)
    here = window(admin, at=farm)
    open_dialog(here)
    expect(here.field(QUESTION)).to_have_count(0)
    here.button("book.submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("at most 1 machine at a time")
    here.field(QUESTION).check()
    here.send()
    assert len([vm for vm in admin.state()["vms"] if vm["booked_by"] == ADMIN]) == 2


@pytest.mark.parametrize(("width", "height"), [(1280, 620), (375, 667), (360, 640)])
def test_the_question_is_in_sight_and_keeps_its_answer(window, farm, width, height):
    here = window(has_one(farm, ADMIN), at=farm, language="ru", viewport={"width": width, "height": height})
    open_any(here)
    here.button("book.submit").click()
    question = here.field(QUESTION)
    expect(question).to_be_in_viewport(ratio=1)
    question.check(force=True)  # would fail if it had to be scrolled into view
    here.field("any.count").fill("0")
    here.button("book.submit").click()
    expect(here.field("any.count")).to_have_attribute("aria-invalid", "true")
    expect(question).to_be_checked()


def test_anybody_else_is_refused(window, farm):
    bob = has_one(farm, "bob@example.com")
    here = window(bob, at=farm)
    open_one(here)
    here.button("book.submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("Release one first")
    expect(here.field(QUESTION)).to_have_count(0)
    assert bob.vm("server-1")["state"] == "free"


def test_a_hold_that_came_meanwhile_is_not_taken_along(window, farm):
    """The admin goes over the limit, and not over another person's hold."""
    admin = has_one(farm, ADMIN)
    carol = Person(farm, "carol@example.com").sign_in()
    here = window(admin, at=farm)
    open_one(here)
    here.button("book.submit").click()
    here.field(QUESTION).check()
    here.page.route(
        "**/book", lambda route: (done(carol.post("/queue/join", {"vm_id": "server-1", "hours": 1})), route.continue_())
    )
    here.button("book.submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("held for carol@example.com")
    assert carol.vm("server-1")["held_for"] == "carol@example.com"
