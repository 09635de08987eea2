"""Without server or network the page says so, waits, and then updates itself."""

import json

import pytest
from playwright.sync_api import expect

from browser.machines import machine, starter
from support.answers import done
from support.people import Person


@pytest.fixture
def server(start):
    return start(starter())


def test_the_page_says_that_the_server_is_down_and_updates_itself_when_it_is_back(window, bob, server):
    done(bob.book("server-01", 3))
    here = window(bob)
    here.may_lose_connection = True
    here.mark()
    here.press("book", "server-02")
    server.stop()
    expect(here.offline_banner).to_be_visible()
    expect(here.button("book.submit")).to_be_disabled()
    why = here.dialog.get_by_role("status").filter(has_text=here.text("offline.dialog"))
    expect(why).to_be_in_viewport(ratio=1)
    here.page.keyboard.press("Escape")

    book = here.card("server-03").get_by_role("button", name="Book server-03")
    expect(book).to_be_disabled()
    book.click(force=True)
    expect(here.toast(here.text("offline.wait"))).to_be_visible()
    expect(here.dialogs).to_have_count(0)
    here.open_machine("server-04")
    here.page.keyboard.press("Escape")

    inventory = server.stored()
    inventory["vms"].append(machine("added-meanwhile", description="while the server was down"))
    inventory["vms"] = [vm for vm in inventory["vms"] if vm["id"] != "gpu-01"]
    server.data.write_text(json.dumps(inventory), encoding="utf-8")
    server.start()
    expect(here.offline_banner).to_be_hidden()
    expect(here.card("added-meanwhile")).to_be_visible()
    expect(here.card("gpu-01")).to_have_count(0)
    expect(here.own_booking("server-01")).to_be_visible()
    assert not here.was_reloaded()

    here.press("book", "server-03")
    here.send()
    expect(here.own_booking("server-03")).to_be_visible()


def test_a_dialog_can_be_sent_again_and_says_nothing_more_once_the_connection_is_back(window, bob):
    here = window(bob)
    here.may_lose_connection = True
    here.press("book", "server-01")
    why = here.dialog.get_by_text(here.text("offline.dialog"))
    expect(why).to_have_count(0)
    here.context.set_offline(True)
    expect(why).to_be_visible()
    here.context.set_offline(False)
    expect(why).to_have_count(0)
    here.send()


def test_a_laptop_without_network_catches_up_with_what_others_did(window, bob, server):
    carol = Person(server, "carol@example.com").sign_in()
    here = window(bob)
    here.may_lose_connection = True
    here.mark()
    here.context.set_offline(True)
    expect(here.offline_banner).to_be_visible()
    done(carol.book("server-02", 2))
    done(carol.book("stage-01", 2))
    expect(here.card("server-02")).to_contain_text("Free")
    here.context.set_offline(False)
    expect(here.offline_banner).to_be_hidden()
    for vm_id in "server-02", "stage-01":
        expect(here.card(vm_id)).to_contain_text("carol")
    assert not here.was_reloaded()


def test_a_broken_connection_is_reported_in_the_dialog_and_the_input_stays(window, bob):
    here = window(bob)
    here.may_lose_connection = True
    here.page.route("**/book", lambda route: route.abort("connectionreset"))
    here.press("book", "server-01")
    here.field("book.what_for").fill("soak")
    here.button("book.submit").click()
    expect(here.dialog.get_by_role("alert")).to_have_text(here.text("error.unreachable"))
    expect(here.field("book.what_for")).to_have_value("soak")
    here.page.unroute("**/book")
    here.send()
    expect(here.own_booking("server-01")).to_contain_text("soak")


def test_an_undo_waits_for_the_connection(window, bob, server):
    done(bob.book("server-01", 3))
    here = window(bob)
    here.may_lose_connection = True
    here.own_booking("server-01").get_by_role("button", name="Release server-01").click()
    undo = here.toast(here.text("release.done", vm="server-01")).get_by_role("button")
    undo.focus()  # it stays as long as it has the focus
    server.stop()
    expect(here.offline_banner).to_be_visible()
    here.page.keyboard.press("Enter")
    expect(here.toast(here.text("offline.wait"))).to_be_visible()
    server.start()
    expect(here.offline_banner).to_be_hidden()
    here.page.keyboard.press("Enter")
    expect(here.own_booking("server-01")).to_be_visible()
