"""Book any free machine of a group, or several at once."""

import pytest
from playwright.sync_api import expect

from browser.machines import inventory
from support.answers import done
from support.people import WITH_JANITOR, Person, cleared
from support.server import ADMIN, running


def four_machines() -> dict:
    """Return an inventory of four machines in one group, two of them with the tag gpu."""
    farm = inventory(4, ("Farm",))
    for number, vm in enumerate(farm["vms"]):
        vm["tags"] = ["debian", "gpu"] if number < 2 else ["debian"]
    return farm


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running(tmp_path_factory.mktemp("farm"), four_machines(), LOADZONE_ADMINS=WITH_JANITOR) as server:
        yield server


@pytest.fixture
def farm(served):
    return cleared(served)


@pytest.fixture
def bob(farm):
    return Person(farm, "bob@example.com").sign_in()


@pytest.fixture
def carol(farm):
    return Person(farm, "carol@example.com").sign_in()


def booked_by(person) -> list[str]:
    return [vm["id"] for vm in person.state()["vms"] if vm["booked_by"] == person.email]


def open_dialog(here) -> None:
    here.section("Farm").get_by_role("button", name=f"{here.text('any.book')}: Farm").click()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_click_and_enter_book_any_free_machine(window, farm, bob, language):
    here = window(bob, at=farm, language=language)
    open_dialog(here)
    expect(here.choice(4)).to_be_checked()
    here.page.keyboard.press("Enter")
    expect(here.dialogs).to_have_count(0)
    [booked] = booked_by(bob)
    expect(here.toast({"en": f"{booked} is yours until", "ru": "1 машина ваша до"}[language])).to_be_visible()
    expect(here.toast("")).to_have_count(1)
    expect(here.own_booking(booked)).to_be_visible()


def test_several_machines_with_a_tag_are_booked_together_with_a_note(window, farm, bob):
    here = window(bob, at=farm)
    open_dialog(here)
    expect(here.dialog).to_contain_text("4 are free now")
    here.dialog.get_by_role("checkbox", name="gpu").check()
    expect(here.dialog).to_contain_text("2 are free now")
    here.field("any.count").fill("2")
    here.field("book.what_for").fill("training")
    here.send()
    expect(here.toast("2 machines are yours until")).to_contain_text("server-0, server-1")
    assert booked_by(bob) == ["server-0", "server-1"]
    for vm_id in booked_by(bob):
        expect(here.own_booking(vm_id)).to_contain_text("training")


def test_if_too_few_are_free_the_queue_is_offered(window, farm, bob, carol):
    here = window(bob, at=farm)
    open_dialog(here)
    here.choice(8).check()
    here.field("any.count").fill("3")
    done(carol.book("server-0", 2))
    done(carol.book("server-1", 2))
    expect(here.dialog).to_contain_text("2 are free now")
    here.button("book.submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("Only 2 machines are free here, but you asked for 3")
    expect(here.field("any.count")).to_have_value("3")
    assert booked_by(bob) == []

    here.button("any.wait").click()
    expect(here.dialog.get_by_role("heading", name=here.text("queue.title", where="Farm"))).to_be_visible()
    expect(here.field("any.count")).to_have_value("3")
    expect(here.choice(8)).to_be_checked()
    here.send()
    expect(here.section("Farm").locator(".join-queue")).to_contain_text("No. 1")
    [waiting] = bob.groups()[0]["queue"]
    assert (waiting["count"], waiting["hours"]) == (3, 8)


def test_booking_any_is_offered_only_while_a_machine_is_free(window, farm, bob, carol):
    here = window(bob, at=farm)
    any_free = here.section("Farm").get_by_role("button", name=f"{here.text('any.book')}: Farm")
    expect(any_free).to_be_visible()
    done(carol.post("/book", {"group_id": 1, "count": 4, "hours": 1}))
    expect(any_free).to_be_hidden()
    expect(here.section("Farm").get_by_role("button", name="Queue Farm")).to_be_visible()
    done(carol.cancel("server-2"))
    expect(any_free).to_be_visible()


def test_the_dialog_says_that_the_group_was_deleted_meanwhile(window, start):
    farm = start(four_machines())
    here = window(Person(farm, "bob@example.com").sign_in(), at=farm)
    open_dialog(here)
    done(Person(farm, ADMIN).sign_in().delete_group(1))
    expect(here.dialog.get_by_role("status")).to_contain_text("has just been deleted")
    expect(here.button("book.submit")).to_be_disabled()
