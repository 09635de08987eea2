"""The bell: the last fifty notifications of one's own affairs, over reloads, for each person, in all tabs."""

import pytest
from playwright.sync_api import Route, expect

from browser.queues import join
from support.answers import done
from support.people import Person
from support.waiting import eventually


@pytest.fixture
def dave(server):
    """Somebody whose machines no other test touches."""
    return Person(server).sign_in()


def bell(here):
    return here.page.locator("#account .bell")


def unread(here, n: int) -> None:
    expect(bell(here).locator("b")).to_have_text(str(n) if n else "")


def notices(here):
    return here.dialog.get_by_role("listitem")


def test_what_others_do_with_my_machines_is_counted_kept_and_opened(window, alice, dave, make_vm):
    vm, other = make_vm(), make_vm()
    here = window(dave)
    unread(here, 0)
    done(dave.book(vm, 2))
    done(alice.book(other, 2))
    done(alice.edit_vm(vm, description="more disk"))
    unread(here, 1)
    done(alice.cancel(vm, reason="urgent"))
    unread(here, 2)
    assert bell(here).get_attribute("aria-label") == f"{here.say('heard.title')}: {here.say('heard.unread', n=2)}"

    here.go()
    unread(here, 2)
    bell(here).click()
    expect(notices(here)).to_have_count(2)
    expect(notices(here).first).to_contain_text("urgent")
    expect(notices(here).first).to_contain_text("today")
    expect(here.dialog).not_to_contain_text(other)
    unread(here, 0)
    notices(here).first.get_by_role("button").click()
    expect(here.dialog.get_by_role("heading", name=vm, exact=True)).to_be_visible()
    here.page.keyboard.press("Escape")
    expect(here.no_dialog).to_have_count(0)
    here.go()
    unread(here, 0)


def test_my_turn_and_what_happens_where_i_wait(window, alice, dave, vm):
    here = window(dave)
    done(alice.book(vm, 2))
    join(dave, vm_id=vm)
    expect(here.card(vm)).to_contain_text("No. 1")
    done(alice.renew(vm, 1))
    unread(here, 1)
    done(alice.cancel(vm))
    bell(here).click()
    expect(here.dialog).to_contain_text(f"Your turn: {vm}")
    expect(here.dialog).to_contain_text(f"renewed {vm}")


def test_the_panel_follows_while_it_is_open_and_can_be_cleared(window, alice, dave, vm):
    here = window(dave)
    done(dave.book(vm, 2))
    bell(here).click()
    expect(here.dialog).to_contain_text(here.say("heard.none"))
    expect(here.button("heard.clear")).to_be_hidden()
    done(alice.edit_vm(vm, description="seen as it happens"))
    expect(notices(here)).to_have_count(1)
    here.button("heard.clear").click()
    expect(here.dialog).to_contain_text(here.say("heard.none"))
    here.go()
    unread(here, 0)


def test_the_last_fifty_are_kept_newest_first_once_for_all_tabs(window, alice, dave, vm):
    here = window(dave)
    there = here.another_tab()
    done(dave.book(vm, 2))
    for number in range(55):
        done(alice.post("/renew", {"vm_id": vm, "hours": (number + 1) / 60}))
    expect(bell(here).locator("b")).to_have_text("9+")
    bell(there).click()
    expect(notices(there)).to_have_count(50)
    expect(notices(there).first).to_contain_text("55 min")
    unread(here, 0)


def test_what_is_said_while_the_board_is_fetched_is_not_lost(window, alice, bob, dave, vm):
    here, there = window(dave), window(bob)
    held: list[Route] = []
    here.page.route("**/vms", lambda route: held.append(route))
    with here.page.expect_request("**/vms"):
        here.page.evaluate("dispatchEvent(new Event('online'))")
    done(dave.book(vm, 2))
    done(alice.edit_vm(vm, description="meanwhile"))
    expect(there.toast(f"edited {vm}")).to_be_visible()
    eventually(lambda: here.page.evaluate("true") and held)[0].continue_()
    unread(here, 1)


def test_each_person_has_their_own(window, alice, dave, server, vm):
    here = window(dave)
    done(dave.book(vm, 2))
    done(alice.edit_vm(vm, description="for dave alone"))
    unread(here, 1)
    here.choose_of_account("sign_out")
    expect(here.sign_in_button).to_be_visible()
    expect(bell(here)).to_have_count(0)
    for email, n in (None, 0), (dave.email, 1):
        cookies = Person(server, email).sign_in().http.cookies
        here.context.add_cookies([{"name": one.name, "value": one.value, "url": server.url} for one in cookies])
        here.go()
        unread(here, n)


def test_a_machine_that_is_gone_is_named_but_does_not_open(window, alice, dave, vm):
    here = window(dave)
    done(dave.book(vm, 2))
    expect(here.own_booking(vm)).to_be_visible()
    done(alice.delete_vm(vm, force=True))
    expect(here.card(vm)).to_have_count(0)
    bell(here).click()
    expect(notices(here).filter(has_text=f"deleted {vm}")).to_be_visible()
    expect(notices(here).get_by_role("button")).to_have_count(0)


def test_in_russian_with_its_plurals(window, alice, dave, vm):
    here = window(dave, language="ru")
    done(dave.book(vm, 2))
    for n, words in (1, "1 новое"), (2, "2 новых"):
        done(alice.edit_vm(vm, description=f"{n}"))
        expect(bell(here)).to_have_attribute("title", words)
