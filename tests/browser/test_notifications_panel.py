"""The bell: the last fifty notifications that concern the person. They survive reloads and are shared by all tabs."""

import pytest
from playwright.sync_api import Route, expect

from browser.queues import join
from support.answers import done
from support.people import Person
from support.waiting import eventually


@pytest.fixture
def dave(server):
    """A person whose machines no other test changes."""
    return Person(server).sign_in()


def bell(here):
    return here.page.locator("#account .bell")


def expect_unread(here, n: int) -> None:
    expect(bell(here).locator("b")).to_have_text(str(n) if n else "")


def notifications(here):
    return here.dialog.get_by_role("listitem")


def test_actions_of_others_on_own_machines_are_counted_and_kept_and_open_the_machine(window, alice, dave, make_vm):
    vm, other = make_vm(), make_vm()
    here = window(dave)
    expect_unread(here, 0)
    done(dave.book(vm, 2))
    done(alice.book(other, 2))
    done(alice.edit_vm(vm, description="more disk"))
    expect_unread(here, 1)
    done(alice.cancel(vm, reason="urgent"))
    expect_unread(here, 2)
    assert bell(here).get_attribute("aria-label") == f"{here.text('heard.title')}: {here.text('heard.unread', n=2)}"

    here.go()
    expect_unread(here, 2)
    bell(here).click()
    expect(notifications(here)).to_have_count(2)
    expect(notifications(here).first).to_contain_text("urgent")
    expect(notifications(here).first).to_contain_text("today")
    expect(here.dialog).not_to_contain_text(other)
    expect_unread(here, 0)
    notifications(here).first.get_by_role("button").click()
    expect(here.dialog.get_by_role("heading", name=vm, exact=True)).to_be_visible()
    here.page.keyboard.press("Escape")
    expect(here.dialogs).to_have_count(0)
    here.go()
    expect_unread(here, 0)


def test_own_turns_and_changes_of_machines_waited_for_are_listed(window, alice, dave, vm):
    here = window(dave)
    done(alice.book(vm, 2))
    expect(here.toast(f"booked {vm}")).to_be_visible()  # a notification that waits for the board would count too
    join(dave, vm_id=vm)
    expect(here.card(vm)).to_contain_text("No. 1")
    done(alice.renew(vm, 1))
    expect_unread(here, 1)
    done(alice.cancel(vm))
    bell(here).click()
    expect(here.dialog).to_contain_text(f"Your turn: {vm}")
    expect(here.dialog).to_contain_text(f"renewed {vm}")


def test_the_open_panel_is_updated_and_can_be_cleared(window, alice, dave, vm):
    here = window(dave)
    done(dave.book(vm, 2))
    bell(here).click()
    expect(here.dialog).to_contain_text(here.text("heard.none"))
    expect(here.button("heard.clear")).to_be_hidden()
    done(alice.edit_vm(vm, description="seen as it happens"))
    expect(notifications(here)).to_have_count(1)
    here.button("heard.clear").click()
    expect(here.dialog).to_contain_text(here.text("heard.none"))
    here.go()
    expect_unread(here, 0)


def test_the_last_fifty_are_kept_newest_first_for_all_tabs(window, alice, dave, vm):
    here = window(dave)
    there = here.another_tab()
    done(dave.book(vm, 2))
    for number in range(55):
        done(alice.post("/renew", {"vm_id": vm, "hours": (number + 1) / 60}))
    expect(bell(here).locator("b")).to_have_text("9+")
    bell(there).click()
    expect(notifications(there)).to_have_count(50)
    expect(notifications(there).first).to_contain_text("55 min")
    expect_unread(here, 0)


def test_a_notification_during_the_fetch_of_the_board_is_not_lost(window, alice, bob, dave, vm):
    here, there = window(dave), window(bob)
    delayed: list[Route] = []
    here.page.route("**/vms", lambda route: delayed.append(route))
    with here.page.expect_request("**/vms"):
        here.page.evaluate("dispatchEvent(new Event('online'))")
    done(dave.book(vm, 2))
    done(alice.edit_vm(vm, description="meanwhile"))
    expect(there.toast(f"edited {vm}")).to_be_visible()
    eventually(lambda: here.page.evaluate("true") and delayed)[0].continue_()
    expect_unread(here, 1)


def test_each_person_has_their_own_notifications(window, alice, dave, server, vm):
    here = window(dave)
    done(dave.book(vm, 2))
    done(alice.edit_vm(vm, description="for dave alone"))
    expect_unread(here, 1)
    here.choose_in_account("sign_out")
    expect(here.sign_in_button).to_be_visible()
    expect(bell(here)).to_have_count(0)
    for email, n in (None, 0), (dave.email, 1):
        cookies = Person(server, email).sign_in().http.cookies
        here.context.add_cookies([{"name": one.name, "value": one.value, "url": server.url} for one in cookies])
        here.go()
        expect_unread(here, n)


def test_a_deleted_machine_is_named_but_does_not_open(window, alice, dave, vm):
    here = window(dave)
    done(dave.book(vm, 2))
    expect(here.own_booking(vm)).to_be_visible()
    done(alice.delete_vm(vm, force=True))
    expect(here.card(vm)).to_have_count(0)
    bell(here).click()
    expect(notifications(here).filter(has_text=f"deleted {vm}")).to_be_visible()
    expect(notifications(here).get_by_role("button")).to_have_count(0)


def test_russian_plural_forms_are_right(window, alice, dave, vm):
    here = window(dave, language="ru")
    done(dave.book(vm, 2))
    for n, words in (1, "1 новое"), (2, "2 новых"):
        done(alice.edit_vm(vm, description=f"{n}"))
        expect(bell(here)).to_have_attribute("title", words)
